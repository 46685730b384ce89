import { compareKeys } from '@heddle/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntryMap } from '../src/engine/map.ts';
import { decodeKey, encodeKey, prefixesOf } from '../src/key.ts';

const segment = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('\u0000', '\u0001', '\u0002', 'a', '/'), minLength: 1, maxLength: 5 }),
);
const key = fc.array(segment, { minLength: 1, maxLength: 4 });

describe('an encoded key', () => {
  it('decodes to the same segments', () => {
    const property = fc.property(key, (one) => {
      expect(decodeKey(encodeKey(one))).toEqual(one);
    });
    fc.assert(property);
  });

  it('sorts as the segments do', () => {
    const sign = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
    const property = fc.property(key, key, (a, b) => {
      expect(sign(encodeKey(a), encodeKey(b))).toBe(Math.sign(compareKeys(a, b)));
    });
    fc.assert(property);
  });

  it('starts with another one exactly when that names a key above it', () => {
    const property = fc.property(key, key, (a, b) => {
      const isAbove = a.every((one, index) => one === b[index]);
      expect(encodeKey(b).startsWith(encodeKey(a))).toBe(isAbove);
      const above = Array.from({ length: b.length + 1 }, (_, length) => encodeKey(b.slice(0, length)));
      expect(prefixesOf(encodeKey(b))).toEqual(above);
    });
    fc.assert(property);
  });
});

describe('the entry map', () => {
  it('is a sorted map: ranges agree with filtering and sorting', () => {
    const steps = fc.array(fc.tuple(key, fc.boolean()), { maxLength: 40 });
    const property = fc.property(steps, key, (changes, prefix) => {
      const map = createEntryMap();
      const model = new Map<string, readonly string[]>();
      for (const [one, isPut] of changes) {
        const encoded = encodeKey(one);
        if (isPut) {
          map.set({ encoded, key: one, value: new Uint8Array(), rev: '1', writeId: 'w', session: undefined });
          model.set(encoded, one);
        } else {
          map.delete(encoded);
          model.delete(encoded);
        }
      }
      for (const from of ['', encodeKey(prefix), encodeKey(prefix.slice(0, 1))]) {
        const expected = [...model.keys()].filter((encoded) => encoded.startsWith(from)).sort();
        expect(map.range(from).map((entry) => entry.encoded)).toEqual(expected);
      }
      expect(map.size).toBe(model.size);
    });
    fc.assert(property);
  });
});
