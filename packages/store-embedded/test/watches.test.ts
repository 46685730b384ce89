import { describe, expect, it } from 'vitest';
import { createEntryMap } from '../src/engine/map.ts';
import { createWatches, type ServerWatch } from '../src/engine/watches.ts';
import { decodeKey, encodeKey } from '../src/key.ts';

function setUp() {
  const entries = createEntryMap();
  const watches = createWatches(() => entries);
  let rev = 0;
  const put = (name: string): void => {
    rev += 1;
    const key = name.split('/');
    const encoded = encodeKey(key);
    entries.set({ encoded, key, value: new Uint8Array(), rev: String(rev), writeId: 'w', session: undefined });
    watches.changed([encoded]);
  };
  const remove = (name: string): void => {
    entries.delete(encodeKey(name.split('/')));
    watches.changed([encodeKey(name.split('/'))]);
  };
  return { watches, put, remove };
}

function drain(watch: ServerWatch): string[] {
  const told: string[] = [];
  for (let event = watch.take(); event; event = watch.take()) {
    if (event.kind === 'state') told.push(`${event.entry.key.join('/')}@${event.entry.rev}`);
    else told.push(event.kind === 'gone' ? `gone ${decodeKey(event.encoded).join('/')}` : 'synced');
  }
  return told;
}

describe('a watch on the server', () => {
  it('tells what exists, then synced, then changes, and only what is below its prefix', () => {
    const { watches, put } = setUp();
    for (const name of ['a/1', 'a/2', 'ab/1']) put(name);
    const watch = watches.add(
      encodeKey(['a']),
      () => undefined,
      () => undefined,
    );
    put('a/3');
    put('ab/2');
    expect(drain(watch)).toEqual(['a/1@1', 'a/2@2', 'synced', 'a/3@4']);
    put('a');
    expect(drain(watch)).toEqual(['a@6']);
  });

  it('holds one mark per key however often that changes, and tells the latest state', () => {
    const { watches, put, remove } = setUp();
    const watch = watches.add(
      '',
      () => undefined,
      () => undefined,
    );
    drain(watch);
    for (let round = 0; round < 1000; round += 1) put('a');
    put('b');
    remove('b');
    expect(drain(watch)).toEqual(['a@1000', 'gone b']);
    expect(watch.isDirty).toBe(false);
  });

  it('tells that it overflows when far more keys come and go than there are', () => {
    const { watches, put, remove } = setUp();
    let overflows = 0;
    watches.add(
      '',
      () => undefined,
      () => {
        overflows += 1;
      },
    );
    for (let name = 0; name < 65_535; name += 1) {
      put(`x/${name}`);
      remove(`x/${name}`);
    }
    expect(overflows).toBe(0);
    put('one more');
    expect(overflows).toBe(1);
  });

  it('is told nothing after it was closed', () => {
    const { watches, put } = setUp();
    let wakes = 0;
    const watch = watches.add(
      '',
      () => {
        wakes += 1;
      },
      () => undefined,
    );
    watch.close();
    put('a');
    expect([wakes, drain(watch)]).toEqual([0, []]);
  });
});
