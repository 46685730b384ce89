import assert from 'node:assert/strict';
import type { Store } from '@heddle/core';
import { bytes, create, rejectsWith, replace, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import { cuttableOf } from './sessions.ts';
import type { Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;
/** More than a server of etcd puts into one round of catching up. */
const MANY = 1100;
const AT_ONCE = 50;

/** A client that was cut off comes back to a world that has gone on without it. */
export function cutOff({ runner, knobs, faultTest: test }: Theme): void {
  if (!knobs.canCut) return;
  const { patienceMs, shortSessionMs } = knobs;
  runner.describe('a client that was cut off', () => {
    test('is fenced when it wakes up after its session has ended and its guard was rewritten', async (backend) => {
      const { store, cut, heal } = await cuttableOf(backend, { sessionTimeoutMs: shortSessionMs });
      const observer = await backend.open();
      const recorder = recordWatch(observer, ['m'], patienceMs);
      const guard = { key: ['guard'], rev: await create(observer, ['guard'], 'first') };
      const rev = await create(store, ['value'], 'old');
      await create(store, ['m', 'alive'], 'x', true);
      await recorder.told('state m/alive=x');
      cut();
      const zombie = store.put(['value'], bytes('zombie'), { expect: { rev }, guards: [guard], timeoutMs: patienceMs });
      const fenced = rejectsWith('fenced', zombie);
      await recorder.told('gone m/alive');
      await replace(observer, ['guard'], 'second', guard.rev);
      heal();
      await fenced;
      assert.equal(textOf(await observer.get(['value'])), 'old');
    });

    test('ends every operation that was asked for meanwhile, also when its session has ended, and truly', async (backend) => {
      const { store, cut, heal } = await cuttableOf(backend, { sessionTimeoutMs: shortSessionMs });
      const observer = await backend.open();
      const recorder = recordWatch(observer, ['m'], patienceMs);
      await create(store, ['m', 'alive'], 'x', true);
      await recorder.told('state m/alive=x');
      cut();
      const names = Array.from({ length: 20 }, (_, index) => String(index));
      const puts = names.map((name) => store.put(['q', name], bytes('x'), { ...ABSENT, timeoutMs: patienceMs }));
      const gets = names.map((name) => store.get(['q', name], { timeoutMs: patienceMs }));
      await recorder.told('gone m/alive');
      heal();
      assert.deepEqual(
        (await Promise.all(puts)).map(({ ok }) => ok),
        names.map(() => true),
      );
      await Promise.all(gets);
      assert.equal((await observer.list(['q'])).length, names.length);
    });

    test('is told all that was written meanwhile, also when it is cut off again while it catches up', async (backend) => {
      const { store, cut, heal } = await cuttableOf(backend);
      const observer = await backend.open();
      const recorder = recordWatch(store, ['w'], patienceMs);
      await recorder.told('synced');
      cut();
      await recorder.told('status down');
      await writeMany(observer);
      heal();
      await recorder.until('a part of the entries', ({ view }) => view.size > 0);
      cut();
      heal();
      await recorder.until('all entries', ({ view }) => view.size === MANY);
      await create(observer, ['w', 'last'], 'x');
      await recorder.told('state w/last=x');
    });

    test('cannot open another connection that is taken and never answered: unavailable when its time is over', async (backend) => {
      const { cut, heal, openAnother } = await cuttableOf(backend);
      cut();
      await rejectsWith('unavailable', openAnother({ connectTimeoutMs: 500 }));
      const patient = openAnother({ connectTimeoutMs: patienceMs });
      heal();
      assert.equal(await (await patient).get(['a']), undefined);
    });
  });
}

async function writeMany(store: Store): Promise<void> {
  for (let from = 0; from < MANY; from += AT_ONCE) {
    const writes = Array.from({ length: AT_ONCE }, (_, index) => create(store, ['w', String(from + index)], 'x'));
    await Promise.all(writes);
  }
}
