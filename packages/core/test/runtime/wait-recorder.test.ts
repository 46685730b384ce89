import { HeddleError, NodeSession, type Store, startEpoch, systemClock, type WaitRecord } from '@heddle/core';
import { expect, it } from 'vitest';
import { WaitRecorder } from '../../src/runtime/wait/wait-recorder.ts';
import { openFixtureStore, planOf } from './fixture.ts';

const plan = planOf({ web: { roles: [{ name: 'app' }] } });
const record: WaitRecord = {
  node: 'web',
  role: 'app',
  input: 'port',
  missing: ['db.port'],
  missingCount: 1,
  producers: ['db.mysql'],
  since: '2026-01-01T00:00:00.000Z',
  deadline: '2026-01-01T01:00:00.000Z',
  edge: true,
};

/** A recorder on a store that can be made to leave so many writes of waits without an answer. */
async function scene(change: (store: Store) => Store = (store) => store) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const refusals = { put: 0, delete: 0 };
  const check = (call: 'put' | 'delete', key: readonly string[]) => {
    if (!key.includes('waits') || refusals[call] === 0) return;
    refusals[call] -= 1;
    throw new HeddleError('unavailable', `no answer to ${call}`);
  };
  const between: Store = {
    ...store,
    async put(key, value, options) {
      check('put', key);
      return store.put(key, value, options);
    },
    async delete(key, options) {
      check('delete', key);
      return store.delete(key, options);
    },
  };
  const session = await NodeSession.begin({
    store: change(between),
    epoch,
    node: 'web',
    clock: systemClock,
    outageMs: 0,
  });
  const failures: string[] = [];
  let tell: () => void = () => undefined;
  const recorded = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let tellFailed: () => void = () => undefined;
  const failed = new Promise<void>((resolve) => {
    tellFailed = resolve;
  });
  const recorder = new WaitRecorder(session, epoch.keys.wait('web', 'app', 1), () => record, {
    recorded: () => tell(),
    condemned: () => undefined,
    failed: (error) => {
      failures.push(error.message);
      tellFailed();
    },
  });
  const waits = async () => (await store.list(epoch.keys.waits())).length;
  return { store, recorder, recorded, failed, refusals, failures, waits };
}

it('a wait whose record had no answer is recorded once the store answers again; that is told once', async () => {
  const { recorder, recorded, refusals, failures, waits } = await scene();
  refusals.put = 3;
  recorder.start();
  await recorded;
  expect(await waits()).toBe(1);
  expect(failures).toEqual(['no answer to put']);
  await recorder.stop();
  expect(await waits()).toBe(0);
});

it('a record that could not be taken away goes when the store answers again, and nobody waits for that', async () => {
  const { recorder, recorded, refusals, failures, waits } = await scene();
  recorder.start();
  await recorded;
  refusals.delete = 3;
  await recorder.stop();
  expect(await waits()).toBe(1);
  await recorder.gone;
  expect(await waits()).toBe(0);
  expect(failures).toEqual(['no answer to delete']);
});

it('a wait that ends before it could be recorded is not recorded any more', async () => {
  const { recorder, failed, refusals, failures, waits } = await scene();
  refusals.put = Number.POSITIVE_INFINITY;
  recorder.start();
  await failed;
  await recorder.stop();
  await recorder.gone;
  expect(await waits()).toBe(0);
  expect(failures).toEqual(['no answer to put']);
});

it('a record that a write without an answer makes after its wait has ended is taken away', async () => {
  let land: (() => Promise<unknown>) | undefined;
  const { store, recorder, recorded, waits } = await scene((inner) => ({
    ...inner,
    async put(key, value, options) {
      if (!key.includes('waits') || land !== undefined) return inner.put(key, value, options);
      land = () => inner.put(key, value, options);
      throw new HeddleError('ambiguous', 'no answer to put');
    },
  }));
  recorder.start();
  await recorded;
  await recorder.stop();
  expect(await waits()).toBe(0);
  const isGone = new Promise<void>((resolve) => {
    let wasThere = false;
    store.watch(['test', '1', 'waits'], {
      state: () => {
        wasThere = true;
      },
      gone: () => (wasThere ? resolve() : undefined),
      synced: () => undefined,
      status: () => undefined,
      failed: () => undefined,
    });
  });
  expect(await land?.()).toMatchObject({ ok: true });
  await isGone;
  expect(await waits()).toBe(0);
});

it('a record may stay until its turn has come', async () => {
  const { recorder, recorded, refusals, waits } = await scene();
  // It would be refused, and counted.
  refusals.delete = 1;
  recorder.start();
  await recorded;
  let come: () => void = () => undefined;
  const turn = new Promise<void>((resolve) => {
    come = resolve;
  });
  const stopped = recorder.stop(turn);
  await waits();
  expect(refusals.delete).toBe(1);
  refusals.delete = 0;
  come();
  await stopped;
  expect(await waits()).toBe(0);
});
