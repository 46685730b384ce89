import { checkKey, compareKeys, type Key } from '@heddle/core';
import { describe, expect, it } from 'vitest';

const badKey = (message: RegExp) =>
  expect.objectContaining({ code: 'bad-key', message: expect.stringMatching(message) });

describe('a key', () => {
  it('has 1 to 16 segments of 1 to 1024 bytes, whatever characters they are of', () => {
    const accepted: Key[] = [
      ['a'],
      Array.from({ length: 16 }, () => 'x'),
      ['x'.repeat(1024)],
      ['é'.repeat(512)],
      ['.', '..', '/', '\u0000', '🦊'],
    ];
    for (const key of accepted) expect(() => checkKey(key)).not.toThrow();
  });

  it('is refused beyond that, with what is wrong', () => {
    const refused: [Key, RegExp][] = [
      [[], /^store key \[\]: no segments/],
      [[''], /a segment is empty/],
      [['a', ''], /a segment is empty/],
      [Array.from({ length: 17 }, () => 'x'), /17 segments, at most 16/],
      [['x'.repeat(1025)], /longer than 1024 bytes/],
      [['€'.repeat(342)], /longer than 1024 bytes/],
      [['\ud800'], /not well-formed Unicode/],
      ['text' as unknown as Key, /not a list of segments/],
      [[1] as unknown as Key, /a segment is not text/],
    ];
    for (const [key, message] of refused) expect(() => checkKey(key)).toThrow(badKey(message) as Error);
  });

  it('may have no segments as a prefix', () => {
    expect(() => checkKey([], 'prefix')).not.toThrow();
    expect(() => checkKey([''], 'prefix')).toThrow(badKey(/^store prefix/) as Error);
  });
});

describe('the order of keys', () => {
  it('goes segment by segment, and a key comes before those below it', () => {
    const keys = [['b'], ['a', 'b'], ['a'], ['ab'], ['a', 'a', 'x'], ['a', '10'], ['a', '2'], []];
    expect(keys.sort(compareKeys).map((key) => key.join('/'))).toEqual([
      '',
      'a',
      'a/10',
      'a/2',
      'a/a/x',
      'a/b',
      'ab',
      'b',
    ]);
    expect(compareKeys(['a', 'b'], ['a', 'b'])).toBe(0);
  });
});
