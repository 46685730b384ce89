import { HeddleError, type WaitRecord } from '@heddle/core';
import { expect, it } from 'vitest';
import { begin, planOf, type TestNode } from '../fixture.ts';

const crossed = planOf({
  db: { roles: [{ name: 'mysql', inputs: { ip: '${web.ip}' }, outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
  ops: { roles: [{ name: 'monitor', inputs: { port: '${db.port}' }, outputs: { verdict: 'verdict' } }] },
});

function nodeOf(nodes: Readonly<Record<string, TestNode>>, name: string): TestNode {
  const node = nodes[name];
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

/** The error that something ends with. */
async function errorOf(reading: Promise<unknown>): Promise<HeddleError> {
  const thrown = await reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof HeddleError) return thrown;
  throw new Error(`it did not fail, or with ${String(thrown)}`);
}

it('two roles that read before they write: the one that came last ends, and its error names the whole circle', async () => {
  const { nodes } = await begin(crossed);
  const [db, web] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web')];
  const first = db.read('mysql', 'ip', { source: 'recipes/mysql.rb:3' });
  await db.nextRecord();
  const error = await errorOf(web.read('app', 'port', { source: 'recipes/app.rb:9' }));
  expect(error.code).toBe('deadlock');
  expect(error.exitCode).toBe(22);
  // For how long stands there from one second on.
  expect(error.message.replace(/, after [\d.]+s$/, '')).toBe(
    'web role app (recipes/app.rb:9) waits for db.port (input port) in a deadlock: 2 roles wait for one another',
  );
  expect(error.notes).toEqual([
    'web role app (recipes/app.rb:9) waits for db.port from role mysql of db',
    'db role mysql (recipes/mysql.rb:3) waits for web.ip from role app of web',
  ]);
  expect(error.next).toEqual([
    'let role app of web write web.ip before it reads port (recipes/app.rb:9), or read port later',
    'or let role mysql of db write db.port before it reads ip (recipes/mysql.rb:3), or read ip later',
    'then run heddle retry web:app, or heddle up --resume once heddle up has ended',
  ]);
  // The other one is not judged: what it waits for can still come.
  await web.publish('app', 'ip', '10.0.0.2');
  expect((await first).value).toBe('10.0.0.2');
});

it('readers of what the ended role has not written fail with the deadlock as their first cause', async () => {
  const { nodes } = await begin(crossed);
  const [db, web] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web')];
  const run = await web.run('app');
  const first = errorOf(db.read('mysql', 'ip'));
  await db.nextRecord();
  const error = await errorOf(web.read('app', 'port'));
  await run.end({ state: 'failed', exitCode: 1, error: error.toJSON() });
  const other = await first;
  expect(other.code).toBe('producer-failed');
  expect(other.details).toMatchObject({ firstCause: { node: 'web', role: 'app', code: 'deadlock' } });
  // One advice for all of them, and where it stands: that error is not repeated under each reader.
  expect(other.next).toEqual(['heddle why web:app  names what breaks the deadlock, and what to run then']);
});

it('a default that is held back is to be written before the read; that readers may have it is the second thing to try', async () => {
  const { nodes } = await begin(crossed);
  const [db, web] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web')];
  const run = await db.run('mysql');
  run.held(['port']);
  const reading = errorOf(web.read('app', 'port', { source: 'app.rb:1' }));
  await web.nextRecord();
  const error = await Promise.race([reading, errorOf(db.read('mysql', 'ip', { source: 'mysql.rb:3' }))]);
  expect(error.next).toEqual([
    'let role mysql of db write db.port before it reads ip (mysql.rb:3), or read ip later',
    'or let role app of web write web.ip before it reads port (app.rb:1), or read port later',
    expect.stringMatching(/^then run heddle retry (db:mysql|web:app), or heddle up --resume once heddle up has ended$/),
    'or say "publish: early" at the output db.port, which has only a default so far, if readers may have the default; then run heddle up: a changed file needs a new epoch',
  ]);
});

it('crossed reads whose values are written first are no deadlock', async () => {
  const { nodes } = await begin(crossed);
  const [db, web, ops] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web'), nodeOf(nodes, 'ops')];
  await db.publish('mysql', 'port', 3306);
  const reading = db.read('mysql', 'ip');
  await db.nextRecord();
  expect(db.recorded[0]).toMatchObject({ written: ['port'] } satisfies Partial<WaitRecord>);
  expect((await web.read('app', 'port')).value).toBe(3306);
  expect((await ops.read('monitor', 'port')).value).toBe(3306);
  await web.publish('app', 'ip', '10.0.0.2');
  expect((await reading).value).toBe('10.0.0.2');
});

it('a wait with a default on the circle takes its default, and everybody goes on', async () => {
  const plan = planOf({
    db: {
      roles: [
        {
          name: 'mysql',
          inputs: { ip: { $value: '${web.ip}', missing: 'default', default: '127.0.0.1' } },
          outputs: { port: 'port' },
        },
      ],
    },
    web: { roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
  });
  const { nodes } = await begin(plan);
  const [db, web] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web')];
  const reading = db.read('mysql', 'ip');
  await db.nextRecord();
  const port = web.read('app', 'port');
  expect((await reading).value).toBe('127.0.0.1');
  await db.publish('mysql', 'port', 3306);
  expect((await port).value).toBe(3306);
});

it('a role that comes later on its node is part of a circle, and the advice says which one to move', async () => {
  const plan = planOf({
    db: {
      roles: [
        { name: 'base', inputs: { ip: '${web.ip}' } },
        { name: 'mysql', outputs: { port: 'port' } },
      ],
    },
    web: { roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
  });
  const { nodes } = await begin(plan);
  const [db, web] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web')];
  await db.run('base');
  const reading = errorOf(db.read('base', 'ip'));
  await db.nextRecord();
  const error = await Promise.race([reading, errorOf(web.read('app', 'port'))]);
  expect(error.code).toBe('deadlock');
  expect(error.notes).toContain(
    'db role mysql has not started: it waits for the end of role base of db, which runs before it on its node',
  );
  expect(error.next).toEqual([
    'put role mysql before role base in the roles of db',
    expect.stringMatching(/^or let role app of web write web\.ip before it reads port( \(\S+\))?, or read port later$/),
    'then run heddle up again: a changed file needs a new epoch',
  ]);
  await web.publish('app', 'ip', 'text');
  await Promise.allSettled([reading]);
});

it('a gather of all members that read before they write is one circle; with enough members left it is none', async () => {
  const plan = planOf({
    web: {
      count: 3,
      roles: [
        {
          name: 'app',
          inputs: { all: '${web[*].ip}', two: { $gather: 'web.ip', atLeast: 2 } },
          outputs: { ip: 'ip' },
        },
      ],
    },
  });
  const { nodes } = await begin(plan);
  const all = [0, 1, 2].map((index) => nodeOf(nodes, `web-${index}`));
  const [first, second, third] = all as [TestNode, TestNode, TestNode];
  await first.publish('app', 'ip', 'a');
  const enough = first.read('app', 'two');
  await first.nextRecord();
  const error = await errorOf(second.read('app', 'all'));
  // It waits for itself, among others.
  expect(error.notes).toEqual(['web-1 role app (recipes/app.rb:14) waits for web-1.ip from role app of web-1']);
  await third.publish('app', 'ip', 'c');
  expect((await enough).value).toEqual(['a', 'c']);
});
