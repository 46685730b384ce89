import assert from 'node:assert/strict';
import { decodeRecord, encodeRecord, type Key } from '@heddle/core';
import { bytes, create, rejectsWith } from './entries.ts';
import type { Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;

const RECORDS = [
  null,
  false,
  true,
  0,
  -1.5,
  '',
  'text',
  'né 漢字 🦊',
  [],
  {},
  { a: [null, { b: '' }] },
  '\u0000\uffff',
];

const ODD_KEYS: readonly Key[] = [
  ['with space'],
  ['a/b'],
  ['a', 'b'],
  ['.'],
  ['..'],
  ['..', 'etc'],
  ['/'],
  ['%2F'],
  ['ключ', '漢字', '🦊'],
  ['tab\tnewline\n'],
  ['\u0000'],
  ['\u0001'],
  ['\u0000\u0001'],
  ['\u0001', '\u0000'],
  ['\u0001\u0001'],
  ['\u007f\u0080\u009f'],
  ['\ufffe\uffff'],
  ['e\u0301'],
  ['\u00e9'],
  ['x'.repeat(1024)],
  ['\u00e9'.repeat(512)],
  Array.from({ length: 16 }, (_, index) => `level ${index}`),
];

const BAD_KEYS: readonly Key[] = [
  [''],
  ['a', ''],
  ['', 'a'],
  ['a', '', 'b'],
  ['\ud800'],
  ['a\udc00b'],
  ['x'.repeat(1025)],
  ['\u00e9'.repeat(513)],
  Array.from({ length: 17 }, (_, index) => `level ${index}`),
];

/** What goes in comes out, byte for byte. */
export function values({ runner, test }: Theme): void {
  runner.describe('values', () => {
    test('null, false, 0 and the empty text are values, not absences', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      for (const [index, value] of RECORDS.entries()) {
        await writer.put(['v', String(index)], encodeRecord(value), ABSENT);
        const entry = await reader.get(['v', String(index)]);
        assert.ok(entry, `${JSON.stringify(value)} is absent`);
        assert.deepEqual(decodeRecord(entry.value), value);
      }
    });

    test('an entry with no bytes is present', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      await writer.put(['empty'], new Uint8Array(), ABSENT);
      assert.equal((await reader.get(['empty']))?.value.byteLength, 0);
      assert.equal((await reader.list([])).length, 1);
    });

    test('every byte survives', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      const all = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
      await writer.put(['binary'], all, ABSENT);
      const entry = await reader.get(['binary']);
      assert.deepEqual([...(entry?.value ?? [])], [...all]);
    });

    test('the store keeps a copy: changing the bytes later changes nothing', async (backend) => {
      const store = await backend.open();
      const value = bytes('before');
      const put = store.put(['copy'], value, ABSENT);
      value.fill(0);
      await put;
      (await store.get(['copy']))?.value.fill(1);
      assert.deepEqual([...((await store.get(['copy']))?.value ?? [])], [...bytes('before')]);
    });

    test('values of the declared limit and of one byte less are taken, one byte more is too-large', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      const limit = writer.capabilities.maxValueBytes;
      for (const size of [limit - 1, limit]) {
        await writer.put(['size', String(size)], new Uint8Array(size).fill(7), ABSENT);
        assert.equal((await reader.get(['size', String(size)]))?.value.byteLength, size);
      }
      await rejectsWith('too-large', writer.put(['size', 'over'], new Uint8Array(limit + 1), ABSENT));
      assert.equal(await reader.get(['size', 'over']), undefined);
      assert.equal((await reader.list(['size'])).length, 2);
    });

    test('a write id of 255 bytes is taken, one byte more is too-large', async (backend) => {
      const store = await backend.open();
      const writeId = `${'é'.repeat(127)}x`;
      await store.put(['a'], new Uint8Array(), { ...ABSENT, writeId });
      await rejectsWith('too-large', store.put(['b'], new Uint8Array(), { ...ABSENT, writeId: `${writeId}x` }));
      assert.equal(await store.get(['b']), undefined);
    });

    test('odd keys are kept apart and come back as they were', async (backend) => {
      const [writer, reader] = [await backend.open(), await backend.open()];
      for (const key of ODD_KEYS) await create(writer, key, JSON.stringify(key));
      for (const key of ODD_KEYS) {
        const entry = await reader.get(key);
        assert.deepEqual(entry?.key, key);
        assert.equal(new TextDecoder().decode(entry?.value), JSON.stringify(key));
      }
      const listed = (await reader.list([])).map((entry) => JSON.stringify(entry.key));
      assert.deepEqual(listed.sort(), ODD_KEYS.map((key) => JSON.stringify(key)).sort());
    });

    test('a key that no store could keep is bad-key', async (backend) => {
      const store = await backend.open();
      for (const key of [...BAD_KEYS, []]) {
        await rejectsWith('bad-key', store.get(key));
        await rejectsWith('bad-key', store.put(key, new Uint8Array(), ABSENT));
        await rejectsWith('bad-key', store.delete(key, ABSENT));
        await rejectsWith('bad-key', store.put(['a'], new Uint8Array(), { ...ABSENT, guards: [{ key, rev: '1' }] }));
      }
      for (const prefix of BAD_KEYS) await rejectsWith('bad-key', store.list(prefix));
      assert.deepEqual(await store.list([]), []);
    });

    test('list answers in key order with everything at or below the prefix, and nothing else', async (backend) => {
      const store = await backend.open();
      for (const key of [['b', '2'], ['a'], ['b'], ['ba'], ['b', '10'], ['b', '2', 'x'], ['c']])
        await create(store, key, 'x');
      const names = async (prefix: Key) => (await store.list(prefix)).map((entry) => entry.key.join('/'));
      assert.deepEqual(await names(['b']), ['b', 'b/10', 'b/2', 'b/2/x']);
      assert.deepEqual(await names([]), ['a', 'b', 'b/10', 'b/2', 'b/2/x', 'ba', 'c']);
      assert.deepEqual(await names(['b', '2', 'x']), ['b/2/x']);
      assert.deepEqual(await names(['b', '3']), []);
    });
  });
}
