import { describe, expect, it } from 'vitest';
import { entryPaths, nodeChain, nodePath, readListing } from '../src/layout.ts';
import { decodeStored, encodeStored, newRev } from '../src/record.ts';

describe('the znodes of a key', () => {
  it('lie below the root, one for each segment, with the record and the mark of the revision below the last', () => {
    const paths = entryPaths('/root', ['shop', '1', 'values']);
    const rev = newRev();
    expect(nodeChain('/root', ['shop', '1'])).toEqual(['/root/shop', '/root/shop/1']);
    expect(paths.record).toBe('/root/shop/1/values/~');
    expect(paths.mark(rev)).toBe(`/root/shop/1/values/~${rev}`);
    expect(nodePath('', [])).toBe('/');
    expect(nodePath('', ['a'])).toBe('/a');
  });

  it('have names that ZooKeeper takes and that no two segments share', () => {
    const segments = ['.', '..', '...', 'a/b', 'a%2Fb', '~', '~x', 'zookeeper', '\u0000', 'né', '🦊', '-_.!*()', ' '];
    const names = segments.map((segment) => nodePath('', [segment]).slice(1));
    expect(new Set(names).size).toBe(segments.length);
    for (const name of names) expect(name).toMatch(/^(?!\.{1,2}$|~|zookeeper$)[\w.!*()%'-]+$/);
    expect(readListing(names).below.map(({ segment }) => segment)).toEqual(segments);
  });

  it('of a revision that this store cannot have made are never there', () => {
    for (const rev of ['', '1', 'x/y', '~', `${newRev()}x`]) expect(entryPaths('', ['a']).mark(rev)).toBe('/a/~!');
  });

  it('are told apart from what others have put there', () => {
    const rev = newRev();
    expect(readListing(['~', `~${rev}`, 'a', '%zz', '%61', '~foreign'])).toEqual({
      hasRecord: true,
      rev,
      below: [{ name: 'a', segment: 'a' }],
    });
    expect(readListing(['a'])).toMatchObject({ hasRecord: false, rev: undefined });
  });
});

describe('a record', () => {
  it('comes back as it was written, with and without a value', () => {
    for (const value of [new Uint8Array(), Uint8Array.from([0, 255, 1])]) {
      for (const previous of [undefined, newRev()]) {
        const record = { rev: newRev(), previous, writeId: 'wé 1', value };
        expect(decodeStored('/x', encodeStored(record))).toEqual(record);
      }
    }
  });

  it('that another program has written is corrupt', () => {
    const cut = encodeStored({ rev: newRev(), previous: undefined, writeId: 'write', value: new Uint8Array() });
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('{"json": "of another program, long enough"}'),
      cut.subarray(0, -1),
    ])
      expect(() => decodeStored('/x', bytes)).toThrow(expect.objectContaining({ code: 'corrupt' }) as Error);
  });
});
