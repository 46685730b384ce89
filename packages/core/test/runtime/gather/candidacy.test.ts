import { HeddleError, type PutOptions, type Store, startEpoch } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { Election } from '../../../src/runtime/gather/election.ts';
import { GatherReader } from '../../../src/runtime/gather/gather-reader.ts';
import { Withdrawals } from '../../../src/runtime/gather/withdrawals.ts';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';

const plan = planOf({
  web: { count: 2, roles: [{ name: 'app', inputs: { peers: '${web[*].ip}' }, outputs: { ip: 'ip' } }] },
});
const id = { group: 'web', output: 'ip', count: 2 };

type Put = () => ReturnType<Store['put']>;

/** A node whose puts of a head go through a function that gets their number, from 1, and the put itself. */
async function nodeWithHeads(through: (number: number, put: Put, options: PutOptions) => ReturnType<Store['put']>) {
  const store = await openFixtureStore();
  let puts = 0;
  const between: Store = {
    ...store,
    put(key, value, options) {
      const put: Put = () => store.put(key, value, options);
      if (key.at(-1) !== 'head') return put();
      puts += 1;
      return through(puts, put, options);
    },
  };
  const epoch = await startEpoch(store, plan);
  const { session } = await TestNode.begin(between, epoch, plan, 'web-0');
  const key = epoch.keys.gatherHead('web', 'ip', 2);
  const head = async () => {
    const entry = await store.get(key);
    return entry === undefined ? undefined : (JSON.parse(Buffer.from(entry.value).toString()) as object);
  };
  return { session, head, store, key };
}

const lostAnswer = (): Promise<never> => Promise.reject(new HeddleError('ambiguous', 'the answer was lost'));

describe('standing for writer of a gather', () => {
  it('is done again after a put without an answer that never landed: nobody else would', async () => {
    const { session, head } = await nodeWithHeads((number, put) => (number === 1 ? lostAnswer() : put()));
    const election = await Election.hold(session, id, () => undefined);
    expect(await head()).toMatchObject({ writer: election?.writer });
  });

  it('succeeds with a put without an answer that landed late', async () => {
    let late: Put | undefined;
    const { session, head } = await nodeWithHeads(async (number, put) => {
      if (number === 1) {
        late = put;
        return lostAnswer();
      }
      await late?.();
      return put();
    });
    const election = await Election.hold(session, id, () => undefined);
    expect(election).toBeDefined();
    expect(await head()).toMatchObject({ writer: election?.writer });
  });

  it('is taken back when it was lost, and a put without an answer lands after the winner has gone', async () => {
    let late: Put | undefined;
    const { session, head, store, key } = await nodeWithHeads(async (number, put) => {
      if (number > 1) return put();
      late = put;
      return lostAnswer();
    });
    await store.put(key, Buffer.from('{"writer":"other","generation":0,"failed":{}}'), { expect: { absent: true } });
    const withdrawals = new Withdrawals(session, (error) => {
      throw error;
    });
    expect(await Election.hold(session, id, (candidacy) => withdrawals.add(id, candidacy))).toBeUndefined();
    await store.delete(key, { expect: { rev: (await store.get(key))?.rev ?? '' } });
    const gone = new Promise<void>((resolve) => {
      let isThere = false;
      const nothing = () => undefined;
      const state = () => {
        isThere = true;
      };
      store.watch(key, { state, gone: () => isThere && resolve(), synced: nothing, status: nothing, failed: nothing });
    });
    await late?.();
    await gone;
    expect(await head()).toBeUndefined();
    await withdrawals.close();
  });

  it('is done again on the next session when the session ended before there was an answer', async () => {
    const { session, head } = await nodeWithHeads((number, put) =>
      number === 1 ? Promise.reject(new HeddleError('session-lost', 'the session has ended')) : put(),
    );
    const election = await Election.hold(session, id, () => undefined);
    expect(await head()).toMatchObject({ writer: election?.writer });
  });

  it('is done again by a reader that lost to a writer of which its watch has never told', async () => {
    const store = await openFixtureStore();
    const epoch = await startEpoch(store, plan);
    const { session } = await TestNode.begin(store, epoch, plan, 'web-0');
    const unexpected = (): never => {
      throw new Error('there is nothing to tell');
    };
    const need = { kind: 'gather', ...id, segments: [], as: 'list' } as const;
    let candidacies = 0;
    await new Promise<void>((resolve) => {
      const contend = async (): Promise<void> => {
        candidacies += 1;
        if (candidacies === 2) void reader.stop().then(resolve);
      };
      const reader = new GatherReader(session, need, contend, {
        complete: unexpected,
        never: unexpected,
        error: unexpected,
      });
      reader.start();
    });
    expect(candidacies).toBe(2);
  });
});

it('a writer goes on when a head of its own, written without an answer, comes between', async () => {
  let late: Put | undefined;
  const { session, head } = await nodeWithHeads(async (number, put) => {
    if (number === 2) {
      late = put;
      return lostAnswer();
    }
    await late?.();
    late = undefined;
    return put();
  });
  const election = await Election.hold(session, id, () => undefined);
  if (election === undefined) throw new Error('nobody else stands for writer');
  const next = { writer: election.writer, failed: {} };
  await expect(election.swap({ ...next, generation: 1 })).rejects.toMatchObject({ code: 'ambiguous' });
  await election.swap({ ...next, generation: 2 });
  expect(await head()).toMatchObject({ generation: 2 });
});
