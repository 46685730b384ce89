import {
  closeEpoch,
  currentEpoch,
  HeddleError,
  NodeSession,
  openEpoch,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { holdingPut, openFixtureStore, planOf, stoppedAtDeleting, TestNode } from './fixture.ts';

const plan = planOf({ db: { roles: [{ name: 'base', outputs: { port: 'port' } }] } });

describe('epochs', () => {
  it('each start makes a new one current and closes the one before', async () => {
    const store = await openFixtureStore();
    await startEpoch(store, plan);
    expect(await currentEpoch(store, 'test')).toBe('1');
    await startEpoch(store, plan);
    expect(await currentEpoch(store, 'test')).toBe('2');
    await expect(openEpoch(store, 'test', '1')).rejects.toMatchObject({ code: 'fenced' });
  });

  it('a writer of a closed epoch changes nothing any more', async () => {
    const store = await openFixtureStore();
    const first = await startEpoch(store, plan);
    const old = await TestNode.begin(store, first, plan, 'db');
    const rev = await old.publish('base', 'port', 1);
    await startEpoch(store, plan);
    await expect(old.publish('base', 'port', 2)).rejects.toMatchObject({ code: 'fenced' });
    expect((await store.get(first.keys.value('db', 'port')))?.rev).toBe(rev);
  });

  it('a start that was killed halfway does not keep the next one from starting', async () => {
    const store = await openFixtureStore();
    await startEpoch(store, plan);
    await store.put(['test', '2', 'open'], Buffer.from('{"state":"opening"}'), { expect: { absent: true } });
    expect((await startEpoch(store, plan)).keys.epoch).toBe('3');
    expect(await currentEpoch(store, 'test')).toBe('3');
  });

  it('an epoch cannot be joined before its seed has written the last slice', async () => {
    const two = planOf({
      db: { roles: [{ name: 'base', outputs: { port: 'port' } }] },
      web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
    });
    const store = await openFixtureStore();
    const held = holdingPut(store, (key) => key.at(-2) === 'plan' && key.at(-1) === 'web');
    const seed = startEpoch(held.store, two);
    await held.reached;
    // Its first slice is there, its last one is not.
    expect(await store.get(['test', '1', 'plan', 'db'])).toBeDefined();
    const joined = await Promise.allSettled([openEpoch(store, 'test', '1')]);
    held.release();
    const epoch = await seed;
    expect(joined).toMatchObject([
      { status: 'rejected', reason: { code: 'not-found', message: expect.stringMatching(/seed .* has not finished/) } },
    ]);
    expect((await openEpoch(store, 'test', '1')).openGuard).toEqual(epoch.openGuard);
  });

  it('a value of one epoch is absent in the next', async () => {
    const store = await openFixtureStore();
    const first = await startEpoch(store, plan);
    await (await TestNode.begin(store, first, plan, 'db')).publish('base', 'port', 1);
    const second = await startEpoch(store, plan);
    expect(await store.get(second.keys.value('db', 'port'))).toBeUndefined();
  });

  it('a deployment that was never started is not found, which is no absence of a value', async () => {
    const store = await openFixtureStore();
    await expect(openEpoch(store, 'test')).rejects.toMatchObject({ code: 'not-found', exitCode: 2 });
  });
});

describe('closing an epoch', () => {
  it('deletes its sensitive values and the aggregates made of them, and nothing else', async () => {
    const secrets = planOf({
      web: {
        count: 2,
        roles: [
          {
            name: 'app',
            inputs: { keys: '${web[*].key}', names: '${web[*].name}' },
            outputs: { key: { path: 'key', sensitive: true }, name: 'name' },
          },
        ],
      },
    });
    const store = await openFixtureStore();
    const first = await startEpoch(store, secrets);
    const members = await Promise.all(['web-0', 'web-1'].map((name) => TestNode.begin(store, first, secrets, name)));
    for (const member of members) {
      await member.publish('app', 'key', 'canary-in-a-coal-mine');
      await member.publish('app', 'name', 'plain');
    }
    await members[0]?.read('app', 'keys');
    await members[0]?.read('app', 'names');
    const stored = async () => {
      const entries = await store.list(first.keys.root);
      return entries.map((entry) => Buffer.from(entry.value).toString()).join('\n');
    };
    expect(await stored()).toContain('canary-in-a-coal-mine');
    await startEpoch(store, secrets);
    expect(await stored()).not.toContain('canary-in-a-coal-mine');
    expect((await stored()).match(/plain/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('deletes the values after the aggregates that are known by them, so that one who was stopped in between can be followed by another', async () => {
    const secrets = planOf({
      web: {
        count: 2,
        roles: [{ name: 'app', inputs: { keys: '${web[*].key}' }, outputs: { key: { path: 'key', sensitive: true } } }],
      },
    });
    const store = await openFixtureStore();
    const first = await startEpoch(store, secrets);
    const members = await Promise.all(['web-0', 'web-1'].map((name) => TestNode.begin(store, first, secrets, name)));
    for (const member of members) await member.publish('app', 'key', 'canary-in-a-coal-mine');
    await members[0]?.read('app', 'keys');
    await expect(closeEpoch(stoppedAtDeleting(store, 'gathers'), 'test', '1')).rejects.toMatchObject({
      code: 'closed',
    });
    await closeEpoch(store, 'test', '1');
    const entries = await store.list(first.keys.root);
    for (const { key, value } of entries)
      expect(Buffer.from(value).toString(), key.join('/')).not.toContain('canary-in-a-coal-mine');
  });
});

describe('an epoch that is closed', () => {
  const secrets = planOf({
    web: { count: 2, roles: [{ name: 'app', outputs: { key: { path: 'key', sensitive: true }, name: 'name' } }] },
  });

  /** An epoch with a secret of each member, credentials of one that has not fetched them yet, and what else is written. */
  async function begin(...more: (readonly [key: readonly string[], text: string])[]) {
    const store = await openFixtureStore();
    const epoch = await startEpoch(store, secrets);
    for (const name of ['web-0', 'web-1']) {
      const node = await TestNode.begin(store, epoch, secrets, name);
      await node.publish('app', 'key', 'canary-in-a-coal-mine');
    }
    const put = (key: readonly string[], text: string) =>
      store.put(key, Buffer.from(text), { expect: { absent: true } });
    await put(epoch.keys.credentialsFor('web', 'web-0'), '{"user":"web-0","password":"open-sesame"}');
    for (const [key, text] of more) expect(await put(['test', '1', ...key], text)).toMatchObject({ ok: true });
    const stored = async () =>
      (await store.list(epoch.keys.root)).map(({ key, value }) => `${key.join('/')} ${Buffer.from(value).toString()}`);
    return { store, stored };
  }

  const damage = [
    [['values', 'web-0', 'name'], 'no JSON, and a canary-in-a-coal-mine'],
    [['credentials', 'web', 'web-1'], 'no JSON: open-sesame'],
  ] as const;
  const told =
    'the entry test/1/values/web-0/name is not a record of Heddle: closing its epoch deletes it or writes it anew';

  it('has no credentials any more before anything else of it is deleted', async () => {
    const { store, stored } = await begin();
    await expect(closeEpoch(stoppedAtDeleting(store, 'values'), 'test', '1')).rejects.toMatchObject({ code: 'closed' });
    expect((await stored()).join('\n')).toContain('canary-in-a-coal-mine');
    expect((await stored()).join('\n')).not.toContain('open-sesame');
  });

  it('keeps no secret because of an entry that nobody can understand, which is deleted, too, and told', async () => {
    const { store, stored } = await begin(...damage);
    const errors: string[] = [];
    await closeEpoch(store, 'test', '1', ({ code, message }) => errors.push(`${code}: ${message}`));
    expect(errors).toEqual([`corrupt: ${told}`]);
    for (const secret of ['canary-in-a-coal-mine', 'open-sesame'])
      expect((await stored()).join('\n')).not.toContain(secret);
    expect(await stored()).toContain('test/1/open {"state":"closed"}');
  });

  it('ends with the error of such an entry where nobody is told, when all else is done', async () => {
    const { store, stored } = await begin(...damage);
    await expect(closeEpoch(store, 'test', '1')).rejects.toMatchObject({ code: 'corrupt', message: told });
    for (const secret of ['canary-in-a-coal-mine', 'open-sesame'])
      expect((await stored()).join('\n')).not.toContain(secret);
  });

  it('is closed to its agents also where the record that says so cannot be understood', async () => {
    const { store, stored } = await begin([['abort'], 'no JSON']);
    const errors: string[] = [];
    await startEpoch(store, secrets, { onCorrupt: ({ message }) => errors.push(message) });
    expect(errors).toEqual([
      'the entry test/1/abort is not a record of Heddle: closing its epoch deletes it or writes it anew',
    ]);
    expect((await stored()).find((line) => line.startsWith('test/1/abort '))).toContain('"isClosed":true');
    expect(await currentEpoch(store, 'test')).toBe('2');
  });

  it('gives up no other part of it when a part cannot be listed', async () => {
    const { store, stored } = await begin();
    const corrupt: Store = {
      ...store,
      list(prefix, options) {
        if (prefix.at(-1) === 'credentials')
          return Promise.reject(new HeddleError('corrupt', 'somebody else wrote here'));
        return store.list(prefix, options);
      },
    };
    await expect(closeEpoch(corrupt, 'test', '1')).rejects.toMatchObject({ message: 'somebody else wrote here' });
    expect((await stored()).join('\n')).not.toContain('canary-in-a-coal-mine');
  });
});

describe('incarnations', () => {
  it('a new agent of a node fences the old one', async () => {
    const store = await openFixtureStore();
    const epoch = await startEpoch(store, plan);
    const old = await TestNode.begin(store, epoch, plan, 'db');
    const young = await TestNode.begin(store, epoch, plan, 'db');
    expect([old.session.incarnation, young.session.incarnation]).toEqual(['1', '2']);
    await expect(old.publish('base', 'port', 1)).rejects.toMatchObject({ code: 'fenced' });
    await young.publish('base', 'port', 2);
    expect(
      JSON.parse(Buffer.from((await store.get(epoch.keys.value('db', 'port')))?.value ?? []).toString()),
    ).toMatchObject({
      value: 2,
      producer: { node: 'db', role: 'base', incarnation: '2' },
    });
  });

  it('of two agents that take a node at the same time exactly one may write afterwards', async () => {
    const store = await openFixtureStore();
    const epoch = await startEpoch(store, plan);
    const begun = await Promise.allSettled(
      ['one', 'two'].map(() => NodeSession.begin({ store, epoch, node: 'db', clock: systemClock })),
    );
    const writes = await Promise.allSettled(
      begun.flatMap((result) =>
        result.status === 'fulfilled' ? [result.value.write(epoch.keys.role('db', 'base'), { state: 'running' })] : [],
      ),
    );
    expect(writes.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});
