import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeData } from '../src/read/data.ts';
import { readTemplateSource } from '../src/read/source.ts';

/** A value, and JSON text of it with blanks wherever JSON takes them. */
const texts = fc
  .record({
    value: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })),
    indent: fc.constantFrom(0, 1, '\t', '\n  '),
  })
  .map(({ value, indent }) => ({ value, text: JSON.stringify(value, null, indent as string) }));

type Path = readonly (string | number)[];

/** The paths of all keys and items in a value. */
function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([segment, item]) => [[...at, segment], ...pathsIn(item, [...at, segment])]);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((inner, segment) => (inner as Readonly<Record<string | number, unknown>>)[segment], value);
}

describe('a template in JSON', () => {
  it('reads as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(texts, ({ text }) => {
        const written = writeData(readTemplateSource(text, 't.json').data);
        expect(JSON.parse(written)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('finds each key where it stands', () => {
    fc.assert(
      fc.property(texts, ({ value, text }) => {
        const source = readTemplateSource(text, 't.json');
        const lines = text.split('\n');
        for (const key of Object.keys(value)) {
          const { line, column } = source.locate([key]);
          expect(lines[line - 1]?.slice(column - 1).startsWith(JSON.stringify(key)), key).toBe(true);
        }
      }),
    );
  });

  it('finds every key and item where it stands, in whatever order they are asked for', () => {
    const asked = texts.chain(({ value, text }) =>
      fc.record({ value: fc.constant(value), text: fc.constant(text), paths: fc.shuffledSubarray(pathsIn(value)) }),
    );
    fc.assert(
      fc.property(asked, ({ value, text, paths }) => {
        const { locate } = readTemplateSource(text, 't.json');
        const lines = text.split('\n');
        for (const path of paths) {
          const { line, column } = locate(path);
          const segment = path.at(-1);
          const written = typeof segment === 'string' ? segment : valueAt(value, path);
          const start = JSON.stringify(written).replace(/(?<=^[{[]).*/s, '');
          expect(lines[line - 1]?.slice(column - 1).startsWith(start), JSON.stringify(path)).toBe(true);
        }
      }),
    );
  });

  it('finds items of lists in maps of lists, and what does not exist at what is around it', () => {
    const text = '{\n "a": [1,\n  {"b \\"c": [true,\n   null]}],\n "d": 2}';
    const { locate } = readTemplateSource(text, 't.json');
    const places = [
      ['a'],
      ['a', 0],
      ['a', 1],
      ['a', 1, 'b "c'],
      ['a', 1, 'b "c', 1],
      ['d'],
      ['a', 7],
      ['x'],
      ['d', 'x'],
    ];
    expect(places.map((path) => Object.values(locate(path)).join(':'))).toEqual([
      '2:2',
      '2:8',
      '3:3',
      '3:4',
      '4:4',
      '5:2',
      '2:2',
      '1:1',
      '5:2',
    ]);
  });

  it('keeps numbers that JavaScript would change, and tells of keys that stand twice', () => {
    const { data, duplicates } = readTemplateSource(
      '{"v": 1.0, "w": 9007199254740993, "x": 1e3,\n"v": -0.5}',
      't.json',
    );
    expect(writeData(data)).toBe('{"v":-0.5,"w":9007199254740993,"x":1000.0}');
    expect(duplicates).toMatchObject([{ key: 'v', line: 2 }]);
  });

  it('is refused where Heat reads a number that is none: every such place is told, text is left alone', () => {
    for (const word of ['NaN', 'Infinity', '-Infinity']) {
      const text = `{"a": "${word}",\n "b": [1, ${word}],\n "c": ${word}}`;
      const told = [expect.stringContaining('t.json:2: E_YAML: '), expect.stringContaining('t.json:3: E_YAML: ')];
      expect(() => readTemplateSource(text, 't.json')).toThrow(expect.objectContaining({ notes: told }));
    }
    // No JSON to Heat either.
    expect(readTemplateSource('{"a": [xNaN, NaN]}', 't.json').data).toEqual({ a: ['xNaN', 'NaN'] });
  });

  it('is refused where it lies deeper than Heat can read, however deep', () => {
    for (const levels of [301, 100_000]) {
      const text = `{"a":\n${'['.repeat(levels)}${']'.repeat(levels)}, "b": 1}`;
      expect(() => readTemplateSource(text, 't.json')).toThrow(
        't.json:2: E_YAML: maps and lists lie more than 300 levels deep here, which Heat cannot read',
      );
    }
  });
});
