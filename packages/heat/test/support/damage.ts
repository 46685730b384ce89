import * as fc from 'fast-check';

/** Pieces that mean something to a reader of YAML or JSON, somewhere. */
// biome-ignore format: by what they are
const pieces: readonly string[] = [
  '', ' ', '  ', '\n', '\n ', '\n\n', '\n\t', '\t', '\r', '\r\n', '\u0000', '\u0001', '\u007f', '\u0085', '\u2028', ':', ': ', '- ',
  '- - ', '-', '? ', ',', '[', ']', '{', '}', '"', "'", "''", '#', ' # ', '# c\n', '%', '@', '`', '\\', '&a ', '*a', '<<: *a', '!x ',
  '! ', '!!str ', '!!int ', '!!float ', '!!bool ', '!!null ', '!!binary ', '!!set ', '!Ref x', '|', '|-', '|2', '>', '---', '--- ',
  '...', '%YAML 1.2\n---\n', '%TAG ! x\n---\n', '~', '0', '08', '0x', '0b', '0_', '1_0', '1e9', '1.e+1', '+.5', '.5.', '-0', '-0.0',
  '1:2', '1e400', '.inf', 'NaN', 'yes', 'null', '=', 'é', '😀', '\ud83d', '\\x41', '\\u00', '\\/', 'a:b', 'x: y', '__proto__: 1',
  '{{{{', '[[[[', '*a*a', 'get_attr', 'get_param', 'roles', 'inputs', 'if', 'Ref', 'depends_on: ', 'resources: ',
  'type: OS::Nova::Server\n',
];

/** One place in a text where something is cut out and something put in. */
export interface TextEdit {
  /** Which place of the text, counted round. */
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

export const textEdit: fc.Arbitrary<TextEdit> = fc.record({
  // Every place is as likely; fast-check likes small numbers better.
  at: fc.noBias(fc.nat(999_999)),
  cut: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.nat(6) },
    { weight: 1, arbitrary: fc.nat(400) },
  ),
  put: fc.constantFrom(...pieces),
});

export function damaged(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce((changed, { at, cut, put }) => {
    const start = at % (changed.length + 1);
    return changed.slice(0, start) + put + changed.slice(start + cut);
  }, text);
}

/** The seed of a random test: that of HEDDLE_FUZZ_SEED, or a new one; failures print it. */
export const fuzzSeed = Number(process.env['HEDDLE_FUZZ_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

/** How many times as many rounds: 1, or what npm run test:full says. */
export const fuzzFactor = Number(process.env['HEDDLE_TEST_FACTOR'] ?? 1);
