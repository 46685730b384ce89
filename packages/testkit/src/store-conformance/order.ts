import assert from 'node:assert/strict';
import { bytes, create, replace, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { Theme } from './types.ts';

/** What a client may rely on about the order of things. */
export function order({ runner, knobs, test }: Theme): void {
  runner.describe('order', () => {
    test('a client reads its own write', async (backend) => {
      const store = await backend.open();
      let rev = await create(store, ['a'], '0');
      for (let round = 1; round <= 20; round += 1) {
        rev = await replace(store, ['a'], String(round), rev);
        const entry = await store.get(['a']);
        assert.deepEqual([textOf(entry), entry?.rev], [String(round), rev]);
      }
    });

    test('a write that one client has acknowledged is read by every other client', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      for (let round = 0; round < 20; round += 1) {
        const rev = await create(writer, ['a', String(round)], String(round));
        assert.equal((await reader.get(['a', String(round)]))?.rev, rev);
      }
    });

    test('writes of one key that are started without waiting happen in their order', async (backend) => {
      const store = await backend.open();
      const created = store.put(['a'], bytes('0'), { expect: { absent: true } });
      const again = store.put(['a'], bytes('1'), { expect: { absent: true } });
      assert.deepEqual([(await created).ok, (await again).ok], [true, false]);
      assert.equal(textOf(await store.get(['a'])), '0');
    });

    test('a watch tells the last of a hundred rapid writes, and never goes back', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const recorder = recordWatch(watcher, ['rapid'], knobs.patienceMs);
      await recorder.told('synced');
      let rev = await create(writer, ['rapid'], '1');
      for (let round = 2; round <= 100; round += 1) rev = await replace(writer, ['rapid'], String(round), rev);
      await recorder.until('the last write', ({ view }) => view.get('rapid') === '100');
      const told = recorder.calls.filter((call) => call.startsWith('state')).map((call) => Number(call.split('=')[1]));
      assert.deepEqual(
        told,
        [...told].sort((a, b) => a - b),
      );
    });

    test('a watch ends up with the truth after creates, changes and deletes of many keys', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const recorder = recordWatch(watcher, ['many'], knobs.patienceMs);
      const work = Array.from({ length: 50 }, async (_, index) => {
        const key = ['many', String(index)];
        const rev = await replace(writer, key, 'second', await create(writer, key, 'first'));
        if (index % 2 === 0) await writer.delete(key, { expect: { rev } });
      });
      await Promise.all(work);
      await create(writer, ['many', 'end'], 'end');
      const isTrue = (view: ReadonlyMap<string, string>): boolean =>
        view.size === 26 &&
        view.has('many/end') &&
        [...view].every(([key, text]) => key === 'many/end' || text === 'second');
      await recorder.until('the final state', ({ view }) => isTrue(view));
    });
  });
}
