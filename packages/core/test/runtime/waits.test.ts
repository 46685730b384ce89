import { HeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { begin, planOf } from './fixture.ts';

const twoNodes = (input: unknown = '${db.port}') =>
  planOf({
    db: {
      roles: [
        { name: 'mysql', outputs: { port: 'mysql.port', password: { path: 'mysql.password', sensitive: true } } },
      ],
    },
    web: { roles: [{ name: 'app', inputs: { 'db.port': input } }] },
  });

describe('a read', () => {
  it('returns a value that is there and writes nothing', async () => {
    const { store, epoch, nodes } = await begin(twoNodes());
    await nodes['db']?.publish('mysql', 'port', 3307);
    const before = (await store.list(epoch.keys.root)).map((entry) => entry.rev);
    const result = await nodes['web']?.read('app', 'db.port');
    expect(result?.value).toBe(3307);
    expect(Object.keys(result?.revisions ?? {})).toEqual(['db.port']);
    expect((await store.list(epoch.keys.root)).map((entry) => entry.rev)).toEqual(before);
  });

  it('waits for a value that is absent, is recorded meanwhile, and leaves no record behind', async () => {
    const { store, epoch, nodes } = await begin(twoNodes());
    const web = nodes['web'];
    const recorded = web?.nextRecord();
    const reading = web?.read('app', 'db.port');
    await recorded;
    expect(web?.recorded).toMatchObject([
      {
        node: 'web',
        role: 'app',
        input: 'db.port',
        missing: ['db.port'],
        producers: ['db.mysql'],
        source: 'recipes/app.rb:14',
        edge: true,
      },
    ]);
    expect(await store.list(epoch.keys.waits())).toHaveLength(1);
    await nodes['db']?.publish('mysql', 'port', 3307);
    expect((await reading)?.value).toBe(3307);
    await web?.awaiter.close();
    expect(await store.list(epoch.keys.waits())).toHaveLength(0);
  });

  it.each([null, false, 0, '', [], {}, { a: [1, null] }, 'ümläut ☃ 𝄞'])('delivers %j as it is', async (value) => {
    const { nodes } = await begin(twoNodes());
    await nodes['db']?.publish('mysql', 'port', value);
    expect((await nodes['web']?.read('app', 'db.port'))?.value).toEqual(value);
  });

  it('of a background thread is recorded, but is no edge', async () => {
    const { nodes } = await begin(twoNodes());
    const recorded = nodes['web']?.nextRecord();
    const reading = nodes['web']?.read('app', 'db.port', { background: true });
    await recorded;
    expect(nodes['web']?.recorded[0]?.edge).toBe(false);
    await nodes['db']?.publish('mysql', 'port', 1);
    await reading;
  });

  it('of a role that reads from several threads is recorded, but is no edge', async () => {
    const { nodes } = await begin(
      planOf({
        db: { roles: [{ name: 'mysql', outputs: { port: 'mysql.port' } }] },
        web: { roles: [{ name: 'app', concurrent: true, inputs: { 'db.port': '${db.port}' } }] },
      }),
    );
    const recorded = nodes['web']?.nextRecord();
    const reading = nodes['web']?.read('app', 'db.port');
    await recorded;
    expect(nodes['web']?.recorded[0]?.edge).toBe(false);
    await nodes['db']?.publish('mysql', 'port', 1);
    await reading;
  });

  it('ends with the reason of its signal when the reader gives up', async () => {
    const { nodes } = await begin(twoNodes());
    const controller = new AbortController();
    const reading = nodes['web']?.read('app', 'db.port', { signal: controller.signal });
    controller.abort(new HeddleError('interrupted', 'the reader gave up'));
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a wait whose deadline passes', () => {
  it('names output, input, reader, producer and what it does, the time and what to do next', async () => {
    const { nodes } = await begin(twoNodes({ $value: '${db.port}', deadline: '1s' }));
    const mysql = await nodes['db']?.run('mysql');
    await mysql?.update({ step: 'package[mysql-server]', stepAt: new Date(Date.now() - 42_000).toISOString() });
    const error: HeddleError = (await nodes['web']
      ?.read('app', 'db.port')
      .catch((thrown: HeddleError) => thrown)) as HeddleError;
    expect(error.code).toBe('wait-timeout');
    expect(error.exitCode).toBe(20);
    expect(error.message).toBe('web role app (recipes/app.rb:14) waited 1s for db.port (input db.port)');
    expect(error.notes).toHaveLength(1);
    expect(error.notes[0]).toMatch(/^producer: db, role mysql: running package\[mysql-server\], for 4[2-9]s$/);
    expect(error.next[0]).toMatch(/^heddle status/);
  });

  it('says what the producer itself waits for, and that it holds back a default', async () => {
    const plan = planOf({
      db: { roles: [{ name: 'mysql', inputs: { peers: '${ops.ip}' }, outputs: { port: 'mysql.port' } }] },
      web: {
        roles: [{ name: 'app', inputs: { 'db.port': { $value: '${db.port}', deadline: '2s' } } }],
      },
      ops: { roles: [{ name: 'monitor', outputs: { ip: 'ip' } }] },
    });
    const { nodes } = await begin(plan);
    const mysql = await nodes['db']?.run('mysql');
    await mysql?.update({ held: ['port'] });
    const recorded = nodes['db']?.nextRecord();
    const blocked = nodes['db']?.read('mysql', 'peers', { source: 'allow.conf.erb:1' });
    await recorded;
    const error = (await nodes['web']?.read('app', 'db.port').catch((thrown: HeddleError) => thrown)) as HeddleError;
    expect(error.notes).toHaveLength(1);
    expect(error.notes[0]).toMatch(
      /^producer: db, role mysql: waits \(allow\.conf\.erb:1\) for ops\.ip, for [\d.]+m?s; port has only a default so far and is held back until the role ends \("publish: early" shows it at once\)$/,
    );
    await nodes['ops']?.publish('monitor', 'ip', 'x');
    await blocked;
  });

  it('gives the default instead when the input has one', async () => {
    const { nodes } = await begin(
      twoNodes({ $value: '${db.port}', deadline: '1s', missing: 'default', default: 3306 }),
    );
    expect((await nodes['web']?.read('app', 'db.port'))?.value).toBe(3306);
  });
});

describe('an input that says missing: fail', () => {
  it('fails at once when the value is absent', async () => {
    const { nodes } = await begin(twoNodes({ $value: '${db.port}', missing: 'fail' }));
    await expect(nodes['web']?.read('app', 'db.port')).rejects.toMatchObject({ code: 'missing-value', exitCode: 20 });
    expect(nodes['web']?.recorded).toEqual([]);
  });
});

describe('an error of the store', () => {
  it('is never an absence: not even a default stands in for it', async () => {
    const { store, nodes } = await begin(twoNodes({ $value: '${db.port}', missing: 'default', default: 3306 }));
    await store.close();
    await expect(nodes['web']?.read('app', 'db.port')).rejects.toMatchObject({ code: 'closed', exitCode: 24 });
  });
});

describe('a value that came and does not fit', () => {
  it('without the segment of the reference: names reader, input, segment and the line to correct', async () => {
    const { nodes } = await begin(twoNodes('${db.port.number}'));
    await nodes['db']?.publish('mysql', 'port', { value: 3307 });
    await expect(nodes['web']?.read('app', 'db.port')).rejects.toMatchObject({
      code: 'segment-missing',
      exitCode: 21,
      message:
        'web role app (recipes/app.rb:14) cannot use its input db.port: db.port.number: db.port has no .number: it is a map with value',
      next: [
        'correct the expression of the input "db.port" in the deployment file (heddle.yaml:1), or what the producer writes; then run heddle up again',
      ],
    });
  });

  it('a list inside text: names reader, input and type', async () => {
    const { nodes } = await begin(twoNodes('port ${db.port}'));
    await nodes['db']?.publish('mysql', 'port', [3307]);
    await expect(nodes['web']?.read('app', 'db.port')).rejects.toMatchObject({
      code: 'wrong-type',
      exitCode: 26,
      message:
        'web role app (recipes/app.rb:14) cannot use its input db.port: db.port is a list: only text, numbers and booleans can stand inside text',
    });
  });
});
