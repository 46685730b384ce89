import assert from 'node:assert/strict';
import { faultsOf } from './absence.ts';
import { accepted, create, rejectsWith, replace } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { DefineTest, Theme } from './types.ts';

/** A watch is level-triggered: the current state first, then at least the latest state of every key. */
export function watch({ runner, knobs, test, faultTest }: Theme): void {
  const { patienceMs } = knobs;
  runner.describe('watch', () => {
    test('the current state comes first, then synced, once', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      for (const name of ['1', '2', '3']) await create(writer, ['w', name], name);
      const recorder = recordWatch(watcher, ['w'], patienceMs);
      await recorder.told('synced');
      const first = recorder.calls
        .slice(0, recorder.calls.indexOf('synced'))
        .filter((call) => call.startsWith('state'));
      assert.deepEqual(new Set(first), new Set(['state w/1=1', 'state w/2=2', 'state w/3=3']));
      await create(writer, ['w', '4'], '4');
      await recorder.until('the new entry', ({ view }) => view.has('w/4'));
      assert.equal(recorder.count('synced'), 1);
    });

    test('a watch on nothing is synced too', async (backend) => {
      const recorder = recordWatch(await backend.open(), ['nothing', 'here'], patienceMs);
      await recorder.told('synced');
      assert.deepEqual(
        recorder.calls.filter((call) => !call.startsWith('status')),
        ['synced'],
      );
    });

    test('a change and a delete are told', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const old = await create(writer, ['w', 'a'], '1');
      const recorder = recordWatch(watcher, ['w'], patienceMs);
      await recorder.until('the first state', ({ view }) => view.get('w/a') === '1');
      const rev = await replace(writer, ['w', 'a'], '2', old);
      await recorder.until('the change', ({ view }) => view.get('w/a') === '2');
      accepted(await writer.delete(['w', 'a'], { expect: { rev } }));
      await recorder.told('gone w/a');
      assert.equal(recorder.view.size, 0);
    });

    for (const isExpected of [false, true]) {
      const hint = isExpected ? 'expected to be there' : 'not expected yet';
      test(`a watch on one entry, ${hint}, is told of each of its states, and of nothing below it`, async (backend) => {
        const [writer, watcher] = [await backend.open(), await backend.open()];
        await create(writer, ['one', 'below'], 'below');
        const absent = recordWatch(watcher, ['one'], patienceMs, { below: false, isExpected });
        await absent.told('synced');
        const first = await create(writer, ['one'], '1');
        await absent.told('state one=1');
        await create(writer, ['one', 'other'], 'below');
        const present = recordWatch(watcher, ['one'], patienceMs, { below: false, isExpected });
        await present.told('synced');
        assert.deepEqual(present.calls.slice(0, 2), ['state one=1', 'synced']);
        const second = await replace(writer, ['one'], '2', first);
        await Promise.all([absent, present].map((recorder) => recorder.told('state one=2')));
        accepted(await writer.delete(['one'], { expect: { rev: second } }));
        await Promise.all([absent, present].map((recorder) => recorder.told('gone one')));
        await create(writer, ['one'], '3');
        await Promise.all([absent, present].map((recorder) => recorder.told('state one=3')));
        const told = [...absent.calls, ...present.calls];
        assert.deepEqual(
          told.filter((call) => call.includes('one/')),
          [],
        );
      });
    }

    test('nothing that is written while the watch starts is lost', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const total = 60;
      const writing = (async () => {
        for (let index = 0; index < total; index += 1) await create(writer, ['race', String(index)], 'x');
      })();
      const recorders = [];
      for (let index = 0; index < 10; index += 1) {
        recorders.push(recordWatch(watcher, ['race'], patienceMs));
        await watcher.get(['race', String(index)]);
      }
      await writing;
      for (const recorder of recorders) await recorder.until('all entries', ({ view }) => view.size === total);
    });

    test('a prefix ends at a segment: "a" does not match "ab"', async (backend) => {
      const store = await backend.open();
      await create(store, ['a'], 'itself');
      await create(store, ['a', 'b'], 'below');
      await create(store, ['ab'], 'other');
      await create(store, ['ab', 'c'], 'other');
      const recorder = recordWatch(store, ['a'], patienceMs);
      await recorder.told('synced');
      await create(store, ['ac'], 'other');
      await create(store, ['a', 'b', 'c'], 'deep');
      await recorder.until('the deep entry', ({ view }) => view.has('a/b/c'));
      assert.deepEqual([...recorder.view.keys()].sort(), ['a', 'a/b', 'a/b/c']);
    });

    test('the empty prefix watches everything', async (backend) => {
      const store = await backend.open();
      const recorder = recordWatch(store, [], patienceMs);
      await create(store, ['x', 'y'], '1');
      await create(store, ['z'], '2');
      await recorder.until('both entries', ({ view }) => view.has('x/y') && view.has('z'));
    });

    test('two watches on the same prefix are independent', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const [kept, closed] = [recordWatch(watcher, ['w'], patienceMs), recordWatch(watcher, ['w'], patienceMs)];
      await Promise.all([kept.told('synced'), closed.told('synced')]);
      await closed.watch.close();
      const silent = closed.calls.length;
      await create(writer, ['w', 'a'], '1');
      await kept.until('the entry', ({ view }) => view.has('w/a'));
      assert.equal(closed.calls.length, silent);
    });

    test('a closed watch stays silent, and closing it again does no harm', async (backend) => {
      const [writer, watcher] = [await backend.open(), await backend.open()];
      const closed = recordWatch(watcher, ['w'], patienceMs);
      await closed.watch.close();
      await closed.watch.close();
      const silent = closed.calls.length;
      await create(writer, ['w', 'a'], '1');
      const later = recordWatch(watcher, ['w'], patienceMs);
      await later.until('the entry', ({ view }) => view.has('w/a'));
      assert.equal(closed.calls.length, silent);
    });

    test('the handler is not called from within a store call, and its calls do not overlap', async (backend) => {
      const store = await backend.open();
      await create(store, ['w', 'a'], '1');
      let depth = 0;
      let isInCall = true;
      const problems: string[] = [];
      const reads: Promise<unknown>[] = [];
      const enter = (): void => {
        if (isInCall) problems.push('called from within watch()');
        if (depth > 0) problems.push('called while another call was running');
        depth += 1;
        isInCall = true;
        reads.push(store.get(['w', 'a']));
        isInCall = false;
        depth -= 1;
      };
      await new Promise<void>((resolve) => {
        const handle = { state: enter, gone: enter, status: enter, failed: enter };
        const watching = store.watch(['w'], {
          ...handle,
          synced() {
            enter();
            void watching.close().then(resolve);
          },
        });
        isInCall = false;
      });
      await Promise.all(reads);
      assert.deepEqual(problems, []);
    });

    test('a bad prefix is refused', async (backend) => {
      const store = await backend.open();
      await rejectsWith('bad-key', (async () => recordWatch(store, ['a', ''], patienceMs))());
    });

    if (knobs.canStop) acrossRestart(faultTest, knobs.shortSessionMs, patienceMs);
  });
}

function acrossRestart(test: DefineTest, shortSessionMs: number, patienceMs: number): void {
  test('after the server was away the watch is told down, up, the states, and synced again', async (backend) => {
    // A short session, because the store may take a part of it to notice that the server is silent.
    const store = await backend.open({ sessionTimeoutMs: shortSessionMs });
    await create(store, ['w', 'a'], '1');
    const recorder = recordWatch(store, ['w'], patienceMs);
    await recorder.told('synced');
    await faultsOf(backend).stop();
    await recorder.told('status down');
    await faultsOf(backend).start();
    await recorder.told('synced', 2);
    assert.ok(recorder.calls.lastIndexOf('status up') > recorder.calls.indexOf('status down'));
    assert.equal(recorder.view.get('w/a'), '1');
    await create(store, ['w', 'b'], '2');
    await recorder.until('an entry after that', ({ view }) => view.has('w/b'));
  });
}
