import assert from 'node:assert/strict';
import type { Store } from '@heddle/core';
import { bytes, create, rejectsWith, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { StoreBackend, StoreCluster, Theme } from './types.ts';

const SHORT = { timeoutMs: 1000 };
const COUNT = 200;

/** Where several servers are the store, the loss of one is no matter of its clients. */
export function cluster({ runner, knobs, faultTest: test }: Theme): void {
  if (!knobs.isClustered) return;
  const { patienceMs, longSessionMs } = knobs;
  runner.describe('a cluster', () => {
    test('loses no write, and makes none twice, when its leader is killed under a writer', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      await countWhile(writer, patienceMs, () => clusterOf(backend).killLeader());
      assert.equal(textOf(await reader.get(['count'], { timeoutMs: patienceMs })), String(COUNT));
    });

    test('tells a watch the last write, and never an older one after it, when its leader is killed', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const recorder = recordWatch(watcher, ['count'], patienceMs);
      await recorder.told('synced');
      await countWhile(writer, patienceMs, () => clusterOf(backend).killLeader());
      await recorder.told(`state count=${COUNT}`);
      const told = recorder.calls.filter((call) => call.startsWith('state')).map((call) => Number(call.split('=')[1]));
      assert.deepEqual(
        told,
        [...told].sort((a, b) => a - b),
      );
    });

    test('keeps sessions and their liveness entries when its leader is killed', async (backend) => {
      const members = await Promise.all([1, 2, 3, 4].map(() => backend.open({ sessionTimeoutMs: longSessionMs })));
      const recorders = members.map((member) => recordWatch(member, ['m'], patienceMs));
      for (const [index, member] of members.entries()) await create(member, ['m', String(index)], 'x', true);
      for (const recorder of recorders) await recorder.until('all entries', ({ view }) => view.size === members.length);
      await clusterOf(backend).killLeader();
      for (const member of members)
        assert.equal((await member.list(['m'], { timeoutMs: patienceMs })).length, members.length);
      for (const recorder of recorders) assert.ok(!recorder.calls.includes('status session-lost'));
    });

    test('has no member that answers with what it last heard: one that has lost the others is unavailable', async (backend) => {
      const [writer, reader] = [await backend.open(), await clusterOf(backend).openAtMember()];
      const rev = await create(writer, ['a'], 'x');
      assert.equal((await reader.get(['a']))?.rev, rev);
      await clusterOf(backend).isolateMember();
      await Promise.all([
        rejectsWith('unavailable', reader.get(['a'], SHORT)),
        rejectsWith('unavailable', reader.get(['never', 'written'], SHORT)),
        rejectsWith('unavailable', reader.list([], SHORT)),
      ]);
      const waiting = reader.get(['a'], { timeoutMs: patienceMs });
      await clusterOf(backend).restore();
      assert.equal((await waiting)?.rev, rev);
    });
  });
}

/** Count in an entry, and let something happen in the middle. */
async function countWhile(writer: Store, timeoutMs: number, happen: () => Promise<void>): Promise<void> {
  let rev: string | undefined;
  const count = async (from: number, to: number): Promise<void> => {
    for (let value = from; value <= to; value += 1) {
      const expect = rev === undefined ? ({ absent: true } as const) : { rev };
      const put = await writer.put(['count'], bytes(String(value)), { expect, timeoutMs });
      assert.ok(put.ok, `the write of ${value} was taken for that of another`);
      rev = put.rev;
    }
  };
  await count(1, COUNT / 4);
  await Promise.all([count(COUNT / 4 + 1, COUNT), happen()]);
}

function clusterOf(backend: StoreBackend): StoreCluster {
  assert.ok(backend.cluster, 'the knobs promise a cluster, the backend has none');
  return backend.cluster;
}
