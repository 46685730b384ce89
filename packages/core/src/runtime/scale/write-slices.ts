import { HeddleError } from '../../errors/heddle-error.ts';
import type { Plan } from '../../plan/plan.ts';
import { sliceFor } from '../../plan/slice.ts';
import { type Entry, type Expect, encodeRecord, type Store } from '../../store/store.ts';
import { canonicalJson, type Json } from '../../values/json.ts';
import { type Epoch, parse } from '../epoch.ts';

/**
 * Write what each node reads of a plan where it is another one than what is stored: new nodes first, so that nobody is told of a member that
 * has no plan.
 *
 * @param stored  The slices as they were read.
 * @throws fenced when somebody else writes them at the same time; store errors.
 */
export async function writeSlices(store: Store, epoch: Epoch, plan: Plan, stored: readonly Entry[]): Promise<void> {
  const before = new Map(stored.map((entry) => [entry.key.at(-1) as string, entry]));
  const isNew = ({ name }: { readonly name: string }) => !before.has(name);
  for (const { name } of [...plan.nodes.filter(isNew), ...plan.nodes.filter((node) => !isNew(node))]) {
    const entry = before.get(name);
    const slice = sliceFor(plan, name) as unknown as Json;
    if (entry !== undefined && canonicalJson(parse<Json>(entry)) === canonicalJson(slice)) continue;
    const expect: Expect = entry === undefined ? { absent: true } : { rev: entry.rev };
    const written = await store.put(epoch.keys.plan(name), encodeRecord(slice), { expect, guards: [epoch.openGuard] });
    if (!written.ok)
      throw new HeddleError('fenced', `another process changed the plan of node ${name} at the same time`, {
        next: ['do the same again: what is there already is kept'],
      });
  }
}
