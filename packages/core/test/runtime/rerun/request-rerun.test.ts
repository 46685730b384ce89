import {
  type Epoch,
  HeddleError,
  NodeSession,
  parse,
  type RoleRecord,
  readRequest,
  readSlice,
  requestRerun,
  type Store,
  systemClock,
  takeDueRoles,
  takeRequest,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { begin, planOf } from '../fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }, { name: 'backup' }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});
const mysql = { node: 'db', role: 'mysql' };
const app = { node: 'web', role: 'app' };

/** A deployment whose `mysql` and `app` failed; `backup` runs. */
async function failed() {
  const { store, epoch, nodes } = await begin(plan);
  await (await nodes['db']?.run('mysql'))?.end({ state: 'failed' });
  await nodes['db']?.run('backup');
  await (await nodes['web']?.run('app'))?.end({ state: 'failed' });
  return { store, epoch, nodes };
}

async function stateOf(store: Store, epoch: Epoch, node: string, role: string): Promise<string | undefined> {
  const entry = await store.get(epoch.keys.role(node, role));
  return entry === undefined ? undefined : parse<RoleRecord>(entry).state;
}

describe('a request to run roles again', () => {
  it('makes them pending, so that a reader waits for its producer instead of failing of how it ended', async () => {
    const { store, epoch, nodes } = await failed();
    const request = await requestRerun(store, epoch, [mysql, app], 'root@ops', systemClock);
    expect(request.nodes).toEqual(['db', 'web']);
    const reading = nodes['web']?.read('app', 'port');
    await nodes['web']?.nextRecord();
    await nodes['db']?.publish('mysql', 'port', 3306);
    expect((await reading)?.value).toBe(3306);
  });

  it('leaves alone what has not ended', async () => {
    const { store, epoch } = await failed();
    await requestRerun(store, epoch, [mysql, { node: 'db', role: 'backup' }], 'root@ops', systemClock);
    expect(await stateOf(store, epoch, 'db', 'backup')).toBe('running');
  });

  it('is taken once by the agent of the node, with what others asked before', async () => {
    const { store, epoch, nodes } = await failed();
    await requestRerun(store, epoch, [mysql], 'root@ops', systemClock);
    await requestRerun(store, epoch, [{ node: 'db', role: 'backup' }], 'admin@ops', systemClock);
    expect((await readRequest(store, epoch, 'db'))?.record).toMatchObject({
      roles: ['mysql', 'backup'],
      by: 'admin@ops',
    });
    const { session } = nodes['db'] ?? {};
    if (session === undefined) throw new Error('no session');
    expect(await takeRequest(session)).toEqual(['mysql', 'backup']);
    expect(await takeRequest(session)).toEqual([]);
  });

  it('is what an agent that starts later runs of the roles that have ended, beside those that have not', async () => {
    const { store, epoch } = await failed();
    await requestRerun(store, epoch, [mysql], 'root@ops', systemClock);
    const slice = await readSlice(store, epoch, 'db');
    const later = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
    const { due } = await takeDueRoles(later, slice);
    expect(due.map(({ name }) => name)).toEqual(['mysql', 'backup']);
    expect(await readRequest(store, epoch, 'db')).toBeUndefined();
  });

  it('that is taken back leaves the roles as they had ended', async () => {
    const { store, epoch } = await failed();
    const request = await requestRerun(store, epoch, [mysql, app], 'root@ops', systemClock);
    expect(await request.withdraw('db')).toBe(true);
    expect(await stateOf(store, epoch, 'db', 'mysql')).toBe('failed');
    expect(await stateOf(store, epoch, 'web', 'app')).toBe('pending');
  });

  it('that was taken cannot be taken back', async () => {
    const { store, epoch, nodes } = await failed();
    const request = await requestRerun(store, epoch, [app], 'root@ops', systemClock);
    const { session } = nodes['web'] ?? {};
    if (session === undefined) throw new Error('no session');
    await takeRequest(session);
    expect(await request.withdraw('web')).toBe(false);
    expect(await stateOf(store, epoch, 'web', 'app')).toBe('pending');
  });

  it('that somebody adds to while an agent takes it is taken as a whole', async () => {
    const { store, epoch } = await failed();
    await requestRerun(store, epoch, [mysql], 'root@ops', systemClock);
    const slice = await readSlice(store, epoch, 'db');
    let isAdded = false;
    const meanwhile: Store = {
      ...store,
      async delete(key, options) {
        if (!isAdded) {
          isAdded = true;
          await requestRerun(store, epoch, [mysql], 'admin@ops', systemClock);
        }
        return store.delete(key, options);
      },
    };
    const later = await NodeSession.begin({ store: meanwhile, epoch, node: 'db', clock: systemClock });
    const { due } = await takeDueRoles(later, slice);
    expect(due.map(({ name }) => name)).toEqual(['mysql', 'backup']);
    expect(await takeRequest(later)).toEqual([]);
  });

  it('that cannot be put leaves every role as it had ended', async () => {
    const { store, epoch } = await failed();
    const broken: Store = {
      ...store,
      async put(key, value, options) {
        if (key.join('/') === epoch.keys.retry('web').join('/')) throw new HeddleError('unavailable', 'no answer');
        return store.put(key, value, options);
      },
    };
    const asking = requestRerun(broken, epoch, [mysql, app], 'root@ops', systemClock);
    await expect(asking).rejects.toMatchObject({ code: 'unavailable' });
    expect(await stateOf(store, epoch, 'db', 'mysql')).toBe('failed');
    expect(await stateOf(store, epoch, 'web', 'app')).toBe('failed');
    expect(await store.list(epoch.keys.retries())).toEqual([]);
  });
});
