import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEpoch, type Store, type StoreCapabilities, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';

/** The seed ran beside the server; the agent reaches it as these capabilities say. */
async function runAgent(node: string, connection: Partial<StoreCapabilities>) {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const started = join(directory, 'started');
  const seeding = await openFixtureStore();
  await startEpoch(
    seeding,
    planOf({
      db: {
        roles: [
          { name: 'base', outputs: { port: 'port' } },
          { name: 'mysql', command: ['touch', started], outputs: { password: { path: 'password', sensitive: true } } },
        ],
      },
      web: {
        roles: [{ name: 'app', command: ['touch', started], inputs: { 'db.url': 'mysql://joe:${db.password}@db/' } }],
      },
      log: { roles: [{ name: 'collect', command: ['touch', started], inputs: { port: '${db.port}' } }] },
    }),
  );
  const far = { ...seeding.capabilities, distributed: true, acl: true, tls: false, loopback: false };
  const store: Store = { ...seeding, capabilities: { ...far, ...connection } };
  const agent = new Agent({
    store,
    epoch: await openEpoch(store, 'test'),
    node,
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: command })]]),
  });
  const hasStarted = () =>
    access(started).then(
      () => true,
      () => false,
    );
  return { agent, hasStarted };
}

it.each([
  ['writes a sensitive output', 'db', { tls: false }, /^db writes db\.password, which is sensitive, .* has no TLS$/],
  ['reads a sensitive output', 'web', { tls: false }, /^web reads db\.password, which is sensitive, .* has no TLS$/],
  ['shows nobody who it is', 'web', { acl: false, tls: true }, /has no access control$/],
])(
  'a node that %s starts no role over a connection that lacks what that needs',
  async (_what, node, connection, message) => {
    const { agent, hasStarted } = await runAgent(node, connection);
    await expect(agent.run()).rejects.toMatchObject({
      code: 'capability-missing',
      exitCode: 2,
      message: expect.stringMatching(message),
    });
    expect(await hasStarted()).toBe(false);
  },
);

it.each([
  ['has nothing to do with secrets', 'log', { acl: false, tls: false }],
  ['reaches the store with TLS', 'web', { tls: true }],
  ['reaches the store over loopback', 'web', { loopback: true }],
  ['has the store on its own machine', 'web', { distributed: false, acl: false }],
])('a node that %s runs its roles', async (_what, node, connection) => {
  const { agent, hasStarted } = await runAgent(node, connection);
  expect(await agent.run()).toMatchObject([{ state: 'done' }]);
  expect(await hasStarted()).toBe(true);
});
