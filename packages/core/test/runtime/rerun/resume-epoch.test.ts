import {
  addFoundOutputs,
  type Clock,
  encodeRecord,
  type Json,
  NodeSession,
  openEpoch,
  type PlanSlice,
  parse,
  type RoleRecord,
  resumeEpoch,
  roleDigest,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';

const nodes = (deadline: string) => ({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', deadline, inputs: { port: '${db.port}' } }, { name: 'tidy' }] },
});
const plan = planOf(nodes('1m'));
const options = { clock: systemClock, by: 'root@ops', onWait: () => undefined };

/** Agents that ended: `mysql` well, having written the port; `app` as said, having read it; `tidy` by a failure. No member is left. */
async function ended(app: Partial<RoleRecord> & Pick<RoleRecord, 'state'> = { state: 'done' }) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const web = await TestNode.begin(store, epoch, plan, 'web');
  const rev = await db.publish('mysql', 'port', 1);
  const digest = (node: number, index: number) => {
    const role = plan.nodes[node]?.roles[index];
    if (role === undefined) throw new Error('no such role');
    return roleDigest(role);
  };
  await (await db.run('mysql')).end({ state: 'done', digest: digest(0, 0) });
  await (await web.run('app')).end({ digest: digest(1, 0), inputRevisions: { 'db.port': rev }, ...app });
  await (await web.run('tidy')).end({ state: 'failed', digest: digest(1, 1) });
  for (const node of [db, web]) await node.session.remove(epoch.keys.member(node.session.node));
  return { store, epoch, db, web };
}

async function statesOf(store: Store): Promise<Record<string, string>> {
  const epoch = await openEpoch(store, 'test');
  const records = (await store.list(epoch.keys.roles())).map((entry) => parse<RoleRecord>(entry));
  return Object.fromEntries(records.map(({ node, role, state }) => [`${node}.${role}`, state]));
}

describe('an epoch that goes on', () => {
  it('has pending what did not stand, and fences whoever may still write', async () => {
    const { store, web } = await ended();
    await resumeEpoch(store, plan, options);
    expect(await statesOf(store)).toEqual({ 'db.mysql': 'done', 'web.app': 'done', 'web.tidy': 'pending' });
    await expect(web.run('tidy')).rejects.toMatchObject({ code: 'fenced' });
  });

  it('runs again what read a value that was replaced', async () => {
    const { store, db } = await ended();
    await db.publish('mysql', 'port', 2);
    await resumeEpoch(store, plan, options);
    expect(await statesOf(store)).toMatchObject({ 'db.mysql': 'done', 'web.app': 'pending' });
  });

  it('runs again what was aborted or lost', async () => {
    for (const state of ['aborted', 'lost'] as const) {
      const { store } = await ended({ state });
      await resumeEpoch(store, plan, options);
      expect(await statesOf(store)).toMatchObject({ 'web.app': 'pending' });
    }
  });

  it('takes over a deadline that is another one now', async () => {
    const { store, epoch } = await ended();
    await resumeEpoch(store, planOf(nodes('7m')), options);
    const entry = await store.get(epoch.keys.plan('web'));
    if (entry === undefined) throw new Error('no plan');
    expect(parse<PlanSlice>(entry).node.roles[0]?.inputs[0]?.deadlineMs).toBe(420_000);
  });

  it('is refused for a plan that does something else, with all roles as they were', async () => {
    const { store } = await ended();
    const other = planOf({ ...nodes('1m'), log: { roles: [{ name: 'collect' }] } });
    await expect(resumeEpoch(store, other, options)).rejects.toMatchObject({
      code: 'config-invalid',
      exitCode: 2,
      notes: ['node log is new'],
    });
    expect(await statesOf(store)).toMatchObject({ 'web.tidy': 'failed' });
  });

  it('is refused, where each node has rights of its own, for files that have begun to read a secret', async () => {
    const store = await openFixtureStore();
    const bare = planOf({
      db: { roles: [{ name: 'site' }] },
      web: { roles: [{ name: 'site' }] },
      ops: { roles: [{ name: 'site' }] },
    });
    const at = (line: number) => ({ path: ['pw'], position: { file: 'site.yml', line } });
    const said = { isShared: true, assigned: [], mentioned: [], notes: [] };
    const found = (mentioned: readonly ReturnType<typeof at>[]) =>
      addFoundOutputs(
        bare,
        new Map([
          ['db.site', { ...said, assigned: [{ ...at(3), sensitive: true }] }],
          ['web.site', { ...said, mentioned }],
          ['ops.site', { ...said, mentioned: [at(20)] }],
        ]),
      ).plan;
    const epoch = await startEpoch(store, found([]));
    await resumeEpoch(store, found([at(9)]), options);
    const open = await store.get(epoch.keys.open());
    if (open === undefined) throw new Error('no epoch');
    const record = encodeRecord({ ...parse<Record<string, Json>>(open), hasOwnCredentials: true });
    await store.put(epoch.keys.open(), record, { expect: { rev: open.rev } });
    await resumeEpoch(store, found([at(10)]), options);
    await resumeEpoch(store, found([]), options);
    await expect(resumeEpoch(store, found([at(9)]), options)).rejects.toMatchObject({
      code: 'config-invalid',
      notes: ['role site of web reads the secret pw (site.yml:9), and web has no right to it'],
    });
  });

  it('waits for agents that are still members, and is refused when they stay', async () => {
    const { store, epoch } = await ended();
    const late = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
    const waited: string[][] = [];
    const going = resumeEpoch(store, plan, {
      clock: systemClock,
      by: 'root@ops',
      onWait: (names) => {
        waited.push([...names]);
        // The handler is called by the watch itself, and what it tells next is that the entry is gone.
        late.remove(epoch.keys.member('db')).catch((error: unknown) => expect(error).toBeUndefined());
      },
    });
    await going;
    expect(waited).toEqual([['db']]);

    await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
    // A clock whose every timer is over once the members are known.
    let fire: () => void = () => undefined;
    const clock: Clock = {
      ...systemClock,
      timer: (_delayMs, then) => {
        fire = then;
        return () => undefined;
      },
    };
    await expect(resumeEpoch(store, plan, { clock, by: 'root@ops', onWait: () => fire() })).rejects.toMatchObject({
      code: 'agent-busy',
      message: 'epoch 1 of deployment test still has live agents: db',
    });
  });
});
