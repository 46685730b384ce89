import assert from 'node:assert/strict';
import { accepted, bytes, create, rejectsWith, replace, textOf } from './entries.ts';
import type { DefineTest, Theme } from './types.ts';

/** Every write names what it expects; guards are judged in the same step. */
export function compareAndSet({ runner, test }: Theme): void {
  runner.describe('compare-and-set and guards', () => {
    test('a put that expects absent loses against an existing entry, and answers with that entry', async (backend) => {
      const [first, second] = [await backend.open(), await backend.open()];
      const rev = await create(first, ['a'], 'first');
      const result = await second.put(['a'], bytes('second'), { expect: { absent: true } });
      assert.equal(result.ok, false);
      assert.equal(!result.ok && result.current?.rev, rev);
      assert.equal(!result.ok && textOf(result.current), 'first');
      assert.equal(textOf(await first.get(['a'])), 'first');
    });

    test('a put that expects a revision loses once that revision is superseded', async (backend) => {
      const store = await backend.open();
      const old = await create(store, ['a'], '1');
      const rev = await replace(store, ['a'], '2', old);
      assert.notEqual(rev, old);
      const result = await store.put(['a'], bytes('3'), { expect: { rev: old } });
      assert.deepEqual([result.ok, !result.ok && result.current?.rev], [false, rev]);
      assert.equal(textOf(await store.get(['a'])), '2');
    });

    test('a put or delete that expects a revision of an absent key loses and answers absent', async (backend) => {
      const store = await backend.open();
      const rev = await create(store, ['a'], '1');
      const deleted = accepted(await store.delete(['a'], { expect: { rev } }));
      assert.notEqual(deleted, rev);
      for (const expect of [{ rev }, { rev: deleted }]) {
        assert.deepEqual(await store.put(['a'], bytes('2'), { expect }), { ok: false, current: undefined });
        assert.deepEqual(await store.delete(['a'], { expect }), { ok: false, current: undefined });
      }
      assert.equal(await store.get(['a']), undefined);
    });

    test('a delete with an old revision removes nothing', async (backend) => {
      const store = await backend.open();
      const old = await create(store, ['a'], '1');
      const rev = await replace(store, ['a'], '2', old);
      const result = await store.delete(['a'], { expect: { rev: old } });
      assert.deepEqual([result.ok, !result.ok && result.current?.rev], [false, rev]);
      assert.equal(textOf(await store.get(['a'])), '2');
    });

    test('a recreated entry never has a revision that it had before', async (backend) => {
      const store = await backend.open();
      const seen = new Set<string>();
      for (let round = 0; round < 5; round += 1) {
        const rev = await create(store, ['a'], 'same');
        assert.ok(!seen.has(rev), `revision ${rev} came twice`);
        seen.add(rev);
        accepted(await store.delete(['a'], { expect: { rev } }));
      }
    });

    test('of many that create the same key at once exactly one wins', async (backend) => {
      const stores = [await backend.open(), await backend.open(), await backend.open()];
      const attempts = Array.from({ length: 30 }, async (_, index) => {
        const store = stores[index % stores.length];
        assert.ok(store);
        return store.put(['prize'], bytes(String(index)), { expect: { absent: true } });
      });
      const won = (await Promise.all(attempts)).map((result) => result.ok);
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal(textOf(await stores[0]?.get(['prize'])), String(won.indexOf(true)));
    });

    test('no increment is lost when several clients count with compare-and-set', async (backend) => {
      const stores = [await backend.open(), await backend.open()];
      await create(stores[0] as (typeof stores)[number], ['counter'], '0');
      const count = async (store: (typeof stores)[number]): Promise<void> => {
        for (let done = 0; done < 20; ) {
          const entry = await store.get(['counter']);
          assert.ok(entry);
          const next = bytes(String(Number(textOf(entry)) + 1));
          if ((await store.put(['counter'], next, { expect: { rev: entry.rev } })).ok) done += 1;
        }
      };
      await Promise.all(stores.map(count));
      assert.equal(textOf(await stores[0]?.get(['counter'])), '40');
    });

    guards(test);
  });
}

function guards(test: DefineTest): void {
  test('a write whose guards hold is accepted', async (backend) => {
    const store = await backend.open();
    const open = await create(store, ['open'], '1');
    const owner = await create(store, ['owner'], 'me');
    const held = [
      { key: ['open'], rev: open },
      { key: ['owner'], rev: owner },
    ];
    const rev = accepted(await store.put(['a'], bytes('1'), { expect: { absent: true }, guards: held }));
    accepted(await store.delete(['a'], { expect: { rev }, guards: held }));
    assert.equal(await store.get(['a']), undefined);
  });

  test('a fenced writer changes nothing, whichever guard fails and why', async (backend) => {
    const [old, taker] = [await backend.open(), await backend.open()];
    const open = await create(old, ['open'], '1');
    const owner = await create(old, ['owner'], 'old');
    const rev = await create(old, ['a'], 'kept');
    await replace(taker, ['owner'], 'taker', owner);
    const stale = [
      { key: ['open'], rev: open },
      { key: ['owner'], rev: owner },
    ];
    const missing = [{ key: ['never written'], rev: open }];
    for (const guarded of [stale, [...stale].reverse(), missing]) {
      await rejectsWith('fenced', old.put(['a'], bytes('changed'), { expect: { rev }, guards: guarded }));
      await rejectsWith('fenced', old.put(['b'], bytes('new'), { expect: { absent: true }, guards: guarded }));
      await rejectsWith('fenced', old.delete(['a'], { expect: { rev }, guards: guarded }));
    }
    assert.equal(textOf(await old.get(['a'])), 'kept');
    assert.equal(await old.get(['b']), undefined);
  });

  test('a guard on an entry that was deleted and recreated does not hold', async (backend) => {
    const store = await backend.open();
    const first = await create(store, ['open'], 'same');
    accepted(await store.delete(['open'], { expect: { rev: first } }));
    const second = await create(store, ['open'], 'same');
    const put = (rev: string) =>
      store.put(['a'], bytes('1'), { expect: { absent: true }, guards: [{ key: ['open'], rev }] });
    await rejectsWith('fenced', put(first));
    accepted(await put(second));
  });

  test('guard and write are one step: no write slips in after the guard was rewritten', async (backend) => {
    const [agent, steward] = [await backend.open(), await backend.open()];
    const open = await create(agent, ['open'], '1');
    const writes = Array.from({ length: 50 }, (_, index) =>
      agent
        .put(['w', String(index)], bytes('x'), { expect: { absent: true }, guards: [{ key: ['open'], rev: open }] })
        .then(
          (result) => result.ok,
          (error: { code?: unknown }) => {
            assert.equal(error.code, 'fenced');
            return false;
          },
        ),
    );
    await replace(steward, ['open'], '2', open);
    const afterwards = (await steward.list(['w'])).length;
    const done = (await Promise.all(writes)).filter(Boolean).length;
    assert.equal(done, afterwards);
    assert.equal((await steward.list(['w'])).length, afterwards);
  });
}
