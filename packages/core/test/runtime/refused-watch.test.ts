import { awaitRoles, type Key, readState, StateFollower, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, refusing, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: {
    roles: [
      {
        name: 'app',
        after: ['db.mysql'],
        inputs: { port: { $value: '${db.port}', missing: 'default', default: 3306 } },
        outputs: { ip: 'ip' },
      },
    ],
  },
});
const quiet = { waiting: () => undefined, stillToRun: () => undefined, recordFailed: () => undefined };

/** The node `web` on a store that refuses its watches on these keys. */
async function begin(isRefused: (key: Key) => boolean) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const refused = refusing(store, isRefused);
  return { refused, web: await TestNode.begin(refused, epoch, plan, 'web') };
}

it('a read whose value may not be watched is denied, and no default stands in for it', async () => {
  for (const kind of ['values', 'roles']) {
    const { web } = await begin((key) => key.includes(kind));
    await expect(web.read('app', 'port')).rejects.toMatchObject({ code: 'denied' });
  }
});

it('a role whose predecessor may not be watched does not wait for it', async () => {
  const { web } = await begin((key) => key.includes('roles'));
  const role = plan.nodes.find(({ name }) => name === 'web')?.roles[0];
  if (role === undefined) throw new Error('no role');
  const waiting = awaitRoles(web.session, role, new AbortController().signal, quiet);
  await expect(waiting).rejects.toMatchObject({ code: 'denied' });
});

it('a node that cannot see whether its epoch goes on writes nothing more', async () => {
  const { web } = await begin((key) => key.includes('abort'));
  // The refusal was due before this turn.
  await new Promise((resolve) => setImmediate(resolve));
  await expect(web.publish('app', 'ip', 'text')).rejects.toMatchObject({ code: 'denied' });
});

it('who follows a deployment is told what may not be followed', async () => {
  const { refused } = await begin((key) => key.at(-1) === 'waits');
  const state = await readState(refused, 'test');
  let follower: StateFollower | undefined;
  const error = await new Promise((resolve) => {
    follower = new StateFollower(refused, state, () => undefined, resolve);
  });
  await follower?.close();
  expect(error).toMatchObject({ code: 'denied' });
});
