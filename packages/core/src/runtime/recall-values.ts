import type { PlanSlice } from '../plan/plan.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { NodeSession } from './node-session.ts';
import { hasValue } from './wait/output-waiter.ts';

/**
 * Find out what earlier agents of the node have published, so that its waits and end records say it. Throws store errors.
 *
 * Call it before the node's roles run: from then on this agent alone publishes for the node.
 */
export async function recallValues(session: NodeSession, { node }: PlanSlice): Promise<void> {
  if (session.incarnation === '1') return;
  const { store, epoch } = session;
  const names = node.roles.flatMap(({ outputs }) => outputs.map(({ name }) => name));
  const written: string[] = [];
  await inParallel(names, async (name) => {
    if (hasValue(await store.get(epoch.keys.value(node.name, name)))) written.push(name);
  });
  session.noteEarlier(written);
}
