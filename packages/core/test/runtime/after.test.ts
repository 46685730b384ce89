import {
  type AfterObserver,
  awaitRoles,
  type Clock,
  HeddleError,
  NodeSession,
  type Store,
  systemClock,
} from '@heddle/core';
import { expect, it } from 'vitest';
import { begin, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql' }] },
  web: { roles: [{ name: 'app', after: ['db.mysql'], deadline: '2s' }] },
});
const role = plan.nodes.find((node) => node.name === 'web')?.roles[0];
const quiet: AfterObserver = {
  waiting: () => undefined,
  stillToRun: () => undefined,
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
    next: ['repair role mysql of db, then run heddle retry db:mysql, or heddle up --resume once heddle up has ended'],
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
      'wait until that has ended well, then run heddle retry web:app, or heddle up --resume once heddle up has ended',
      'or give the role "app" a longer deadline in the deployment file (heddle.yaml:1), then run heddle up --resume',
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
    next: ['check that the store runs, then run heddle retry web:app, or heddle up --resume once heddle up has ended'],
  });
});

it('the wait for another role ends when the agent is stopped', async () => {
  const controller = new AbortController();
  const { outcome } = await started(controller.signal);
  controller.abort(new HeddleError('interrupted', 'stopped'));
  expect(await outcome).toMatchObject({ code: 'interrupted' });
});

it('a long wait for another role says every 15 s for whom, what that role is doing, for how long it has waited and may wait', async () => {
  const { store, epoch, nodes } = await begin(plan);
  if (role === undefined) throw new Error('no role app');
  await (await nodes['db']?.run('mysql'))?.update({ step: 'package[mysql-server]' });
  const everyMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    timer(ms, fire) {
      if (ms === 15_000) everyMs.push(ms);
      // It takes the store a moment to tell of the role.
      return systemClock.timer(ms === 15_000 ? 300 : ms, fire);
    },
  };
  const session = await NodeSession.begin({ store, epoch, node: 'web', clock });
  const ending = new AbortController();
  const line = await new Promise<string>((resolve, reject) => {
    const stillToRun = (_role: string, text: string) => resolve(text);
    awaitRoles(session, role, ending.signal, { ...quiet, stillToRun }).catch(reject);
  });
  ending.abort(new Error('the test is over'));
  expect(line).toMatch(
    /^web role app \(heddle\.yaml:1\) has waited \d+ms to run after db\.mysql; role: db, role mysql: running package\[mysql-server\]; [\d.]+s left$/,
  );
  expect(everyMs).toContain(15_000);
});
