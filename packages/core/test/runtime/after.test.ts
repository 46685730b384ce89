import { awaitRoles, HeddleError, type Store } from '@heddle/core';
import { expect, it } from 'vitest';
import { begin, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql' }] },
  web: { roles: [{ name: 'app', after: ['db.mysql'], deadline: '2s' }] },
});
const role = plan.nodes.find((node) => node.name === 'web')?.roles[0];
const quiet: { waiting(record: unknown): void; recordFailed(): void } = {
  waiting: () => undefined,
  recordFailed: () => undefined,
};

async function started(signal = new AbortController().signal, observer = quiet) {
  const { store, epoch, nodes } = await begin(plan);
  const web = nodes['web'];
  if (web === undefined || role === undefined) throw new Error('no node web');
  const waiting = awaitRoles(web.session, role, signal, observer);
  const outcome = waiting.then(
    () => 'succeeded',
    (error: HeddleError) => error,
  );
  return { store, epoch, nodes, outcome };
}

it('a role starts when the role that it runs after has succeeded', async () => {
  const { nodes, outcome } = await started();
  await (await nodes['db']?.run('mysql'))?.end({ state: 'done' });
  expect(await outcome).toBe('succeeded');
});

it('a role never starts when the role that it runs after has failed, and says why', async () => {
  const { nodes, outcome } = await started();
  const why = new HeddleError('role-failed', 'db role mysql failed: boom').toJSON();
  await (await nodes['db']?.run('mysql'))?.end({ state: 'failed', exitCode: 1, error: why });
  expect(await outcome).toMatchObject({
    code: 'producer-failed',
    message:
      'web role app (heddle.yaml:1) runs after db.mysql, which did not succeed: role mysql of db failed (exit code 1)',
    notes: ['cause: db role mysql failed: boom'],
    next: ['repair role mysql of db, then run heddle up --resume'],
    details: { firstCause: { node: 'db', role: 'mysql', code: 'role-failed', message: 'db role mysql failed: boom' } },
  });
});

it('the wait for another role is recorded and ends at its deadline', async () => {
  let recorded: (record: unknown) => void = () => undefined;
  const record = new Promise((resolve) => {
    recorded = resolve;
  });
  const { store, epoch, nodes, outcome } = await started(new AbortController().signal, { ...quiet, waiting: recorded });
  const mysql = await nodes['db']?.run('mysql');
  await mysql?.update({ step: 'package[mysql-server]', stepAt: new Date(Date.now() - 42_000).toISOString() });
  expect(await record).toMatchObject({ node: 'web', role: 'app', input: 'after', missing: ['db.mysql'], edge: true });
  expect(await outcome).toMatchObject({
    code: 'wait-timeout',
    exitCode: 20,
    message: 'web role app (heddle.yaml:1) waited 2s to run after db.mysql',
    notes: [expect.stringMatching(/^role: db, role mysql: running package\[mysql-server\], for 4[2-9]s$/)],
    next: [
      'heddle status  shows what every role is doing',
      'give the role "app" a longer deadline in the deployment file',
    ],
  });
  expect(await store.list(epoch.keys.waits())).toEqual([]);
});

it('a store that is away when the deadline passes is blamed, not the role that comes before', async () => {
  const { store, epoch } = await begin(plan);
  let tellDown: () => void = () => undefined;
  const silent: Store = {
    ...store,
    watch(key, handler, options) {
      if (key.includes('mysql')) tellDown = () => handler.status('down');
      return store.watch(key, handler, options);
    },
  };
  const web = await TestNode.begin(silent, epoch, plan, 'web');
  if (role === undefined) throw new Error('no role app');
  const outcome = awaitRoles(web.session, role, new AbortController().signal, quiet).catch((error: unknown) => error);
  tellDown();
  expect(await outcome).toMatchObject({
    code: 'unavailable',
    exitCode: 24,
    message:
      'web role app (heddle.yaml:1) waited 2s to run after db.mysql: the store does not answer, so nobody can say whether that has succeeded',
    next: ['check that the store runs, then run heddle up --resume'],
  });
});

it('the wait for another role ends when the agent is stopped', async () => {
  const controller = new AbortController();
  const { outcome } = await started(controller.signal);
  controller.abort(new HeddleError('interrupted', 'stopped'));
  expect(await outcome).toMatchObject({ code: 'interrupted' });
});
