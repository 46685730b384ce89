import { abortEpoch, type Key, liftAbort, NodeSession, type Store, startEpoch, systemClock } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { awaitRoles } from '../../../src/runtime/wait/await-role.ts';
import { begin, planOf, TestNode } from '../fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port', host: 'host' } }] },
  web: {
    roles: [
      {
        name: 'app',
        inputs: { port: '${db.port}', host: { $value: '${db.host}', missing: 'default', default: 'none' } },
      },
      { name: 'smoke', after: ['db.mysql'] },
    ],
  },
});
const request = { by: 'root@ops', reason: 'wrong release' };

function failure(reading: Promise<unknown> | undefined): Promise<unknown> {
  return Promise.resolve(reading).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Resolve when an agent has been told of an abort, or that it was lifted. */
function told(node: TestNode | undefined, isAborted: boolean): Promise<void> {
  return new Promise((resolve) => {
    const { session } = node as TestNode;
    if ((session.abort !== undefined) === isAborted) return resolve();
    session.onAbort((abort) => {
      if ((abort !== undefined) === isAborted) resolve();
    });
  });
}

/** A store whose watch on one key tells that nothing is there, and never anything else: as slow as a watch may be. */
function deafTo(store: Store, key: Key): Store {
  return {
    ...store,
    watch(prefix, handler, options) {
      if (prefix.join('/') !== key.join('/')) return store.watch(prefix, handler, options);
      setImmediate(() => handler.synced());
      return { close: async () => undefined };
    },
  };
}

/** A store whose watch on one key begins only when another key has been written, and whoever wrote it has gone on. */
function lateAbout(store: Store, key: Key, after: Key): Store {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return {
    ...store,
    async put(written, value, options) {
      const result = await store.put(written, value, options);
      if (result.ok && written.join('/') === after.join('/')) setImmediate(begin);
      return result;
    },
    watch(prefix, handler, options) {
      if (prefix.join('/') !== key.join('/')) return store.watch(prefix, handler, options);
      const watch = begun.then(() => store.watch(prefix, handler, options));
      return { close: async () => (await watch).close() };
    },
  };
}

describe('an abort', () => {
  it('ends a wait with 23, and says who did it, when, why and what to do', async () => {
    const { store, epoch, nodes } = await begin(plan);
    const recorded = nodes['web']?.nextRecord();
    const reading = failure(nodes['web']?.read('app', 'port'));
    await recorded;
    const { record } = await abortEpoch(store, epoch, request, systemClock);
    expect(await reading).toMatchObject({
      code: 'aborted',
      exitCode: 23,
      message: `web role app (recipes/app.rb:14) needs db.port (input port): deployment test was aborted by root@ops at ${record.at.slice(0, 19)}Z: wrong release`,
      next: [
        'heddle abort --cancel  lifts it',
        'heddle up --resume  then runs what was aborted; where heddle up or agents still run, heddle retry NODE',
      ],
      details: { abort: record },
    });
  });

  it('fails every later read, also of a value that is there and of one with a default', async () => {
    const { store, epoch, nodes } = await begin(plan);
    await nodes['db']?.publish('mysql', 'port', 1);
    await abortEpoch(store, epoch, request, systemClock);
    await told(nodes['web'], true);
    expect(await failure(nodes['web']?.read('app', 'port'))).toMatchObject({ code: 'aborted' });
    expect(await failure(nodes['web']?.read('app', 'host'))).toMatchObject({ code: 'aborted' });
  });

  it('fails every later publish, and leaves what was published', async () => {
    const { store, epoch, nodes } = await begin(plan);
    await nodes['db']?.publish('mysql', 'port', 1);
    await abortEpoch(store, epoch, request, systemClock);
    await told(nodes['db'], true);
    const error = await failure(nodes['db']?.publish('mysql', 'port', 2));
    expect(error).toMatchObject({ code: 'aborted', exitCode: 23 });
    expect((error as Error).message).toMatch(
      /^db role mysql \(test\.rb:7\) publishes db\.port: deployment test was aborted by root@ops/,
    );
    const stored = await store.get(epoch.keys.value('db', 'port'));
    expect(JSON.parse(Buffer.from(stored?.value ?? []).toString())).toMatchObject({ value: 1 });
  });

  it('ends the wait of a role for those that come before it', async () => {
    const { store, epoch, nodes } = await begin(plan);
    const role = plan.nodes.find(({ name }) => name === 'web')?.roles[1];
    const session = nodes['web']?.session;
    if (role === undefined || session === undefined) throw new Error('no role');
    const observer = { waiting: () => undefined, stillToRun: () => undefined, recordFailed: () => undefined };
    const waiting = failure(awaitRoles(session, role, new AbortController().signal, observer));
    await abortEpoch(store, epoch, request, systemClock);
    expect(await waiting).toMatchObject({ code: 'aborted', exitCode: 23 });
  });

  it('is known to an agent that comes later before it begins anything', async () => {
    const { store, epoch } = await begin(plan);
    await abortEpoch(store, epoch, request, systemClock);
    const slow = lateAbout(store, epoch.keys.abort(), epoch.keys.member('web'));
    const session = await NodeSession.begin({ store: slow, epoch, node: 'web', clock: systemClock });
    expect(session.abort).toMatchObject(request);
  });

  it('is what ends a reader whose producer was told of it first', async () => {
    const { store, epoch, nodes } = await begin(plan);
    const web = await TestNode.begin(deafTo(store, epoch.keys.abort()), epoch, plan, 'web');
    const mysql = await nodes['db']?.run('mysql');
    await abortEpoch(store, epoch, request, systemClock);
    await told(nodes['db'], true);
    const error = await failure(nodes['db']?.publish('mysql', 'port', 2));
    await mysql?.end({ state: 'aborted', error: (error as { toJSON(): never }).toJSON() });
    expect(await failure(web.read('app', 'port'))).toMatchObject({ code: 'aborted', exitCode: 23 });
  });

  it('stands as the first one said it, whoever aborts again', async () => {
    const { store, epoch } = await begin(plan);
    const first = await abortEpoch(store, epoch, request, systemClock);
    const second = await abortEpoch(store, epoch, { by: 'other@ops' }, systemClock);
    expect(second).toEqual({ record: first.record, isNew: false });
  });

  it('is refused in a closed epoch, as is lifting it', async () => {
    const { store, epoch } = await begin(plan);
    await startEpoch(store, plan);
    await expect(abortEpoch(store, epoch, request, systemClock)).rejects.toMatchObject({ code: 'fenced' });
    await expect(liftAbort(store, epoch)).rejects.toMatchObject({ code: 'fenced' });
  });
});

describe('an abort that is lifted', () => {
  it('lets later reads and publishes through', async () => {
    const { store, epoch, nodes } = await begin(plan);
    await abortEpoch(store, epoch, request, systemClock);
    await Promise.all([told(nodes['web'], true), told(nodes['db'], true)]);
    expect(await liftAbort(store, epoch)).toMatchObject(request);
    await Promise.all([told(nodes['web'], false), told(nodes['db'], false)]);
    await nodes['db']?.publish('mysql', 'port', 3);
    expect((await nodes['web']?.read('app', 'port'))?.value).toBe(3);
  });

  it('was none where nobody aborted', async () => {
    const { store, epoch } = await begin(plan);
    expect(await liftAbort(store, epoch)).toBeUndefined();
  });

  it('is not said to be lifted when somebody aborted anew at the same time', async () => {
    const { store, epoch } = await begin(plan);
    await abortEpoch(store, epoch, request, systemClock);
    const meanwhile: Store = {
      ...store,
      async delete(key, options) {
        await liftAbort(store, epoch);
        await abortEpoch(store, epoch, { by: 'other@ops' }, systemClock);
        return store.delete(key, options);
      },
    };
    await expect(liftAbort(meanwhile, epoch)).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringContaining('other@ops'),
    });
  });
});
