import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { knownBytes } from '../src/emit/known-bytes.ts';
import { knownText } from '../src/emit/known-text.ts';
import { type Data, ExactNumber } from '../src/read/data.ts';

const { data } = fc.letrec<{ data: Data; list: readonly Data[] }>((tie) => ({
  list: fc.array(tie('data'), { maxLength: 4 }),
  data: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Data>(null, true, -1.5, new ExactNumber('1.0')),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"\\', 'ü\n', '\u0001', '{"a": "\u{1f600}"}'),
    tie('list'),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('data'), { maxKeys: 3 }),
    fc.record({ list_join: fc.tuple(fc.constantFrom('', ', ', '"\n'), tie('list')) }),
    fc.record({ str_replace: fc.record({ template: tie('data'), params: fc.constant({ a: 1, '"': 2 }) }) }),
    fc.constantFrom<Data>({ get_file: 'motd' }, { get_file: 'none' }, { get_attr: ['a', 'b'] }, { list_join: 1 }),
  ),
}));

const readFile = (path: string): string | undefined => (path === 'motd' ? 'grüß "Gott"\n' : undefined);

it('what a machine gets is counted as it is written, whatever stands in what', () => {
  fc.assert(
    fc.property(data, (written) => {
      expect(knownBytes(written, readFile)).toBe(Buffer.byteLength(knownText(written, readFile)));
    }),
    { numRuns: 2000 },
  );
});
