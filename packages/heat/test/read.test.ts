import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { writeData } from '../src/read/data.ts';
import { readTemplateSource } from '../src/read/source.ts';

/** What Heat's own reader makes of texts, as Python prints it. */
async function readByHeat(texts: readonly string[]): Promise<readonly unknown[]> {
  const program = `
import json, sys
from heat.common import template_format
print(json.dumps([repr(template_format.simple_parse(text)) for text in json.load(sys.stdin)]))
`;
  const { stdout } = await execa('/usr/bin/python3', ['-c', program], { input: JSON.stringify(texts) });
  return JSON.parse(stdout) as readonly unknown[];
}

/** One scalar a word; the empty one is among them. */
const scalars = [
  'yes No on OFF true y n Y tRUE ~ null Null nULL',
  '0 1 -1 +1 0755 -0755 0o12 0b101 0x1F 1_000 08 9007199254740993 -9007199254740993 0x 1__0',
  '1:30 12:30:45 1:30.5 0:5 1:75',
  '1.0 .5 -.5 1. 1.5e+3 1.5e3 1e3 1E+3 +1.25 1_0.5 123456789012345680.0',
  '2013-05-23 2013-05-23T10:00:00Z 1.2.3 10.0.0.1 < . + ',
].flatMap((line) => line.split(' '));

const texts = [
  ...scalars.map((scalar) => `v: ${scalar}\n`),
  'v: "yes"\n',
  "v: '1.0'\n",
  'v: |\n  yes\n',
  'v: !!str 12\n',
  'v: !!int "12"\n',
  'base: &b {x: 1, y: 2}\nv: {<<: *b, y: 3}\n',
  'a: &a {x: 1}\nb: &b {x: 2, z: 3}\nv: {<<: [*a, *b]}\n',
  'v: {a: 1, a: 2}\n',
  'v: [a, b]\n',
  'v: "😀 \\u00e9"\n',
  '{"v": 1.0, "w": 1e3, "x": 12345678901234567890, "y": true, "z": null}',
  'v: {1: a}\n',
  'v: [!!float "1", !!int 0755, !!bool yes, !!null x, ! 2]\n',
  'v: |\n  no line break at the end',
  'v: !!str >\n  none behind a tag either',
  `v: [! 'true', ! "12", ! '', ! x, ! "~"]\n`,
  'v: ! |\n  yes',
  'v: a\rw: b\n',
  '{"v":\r1}',
];

describe('a template', () => {
  it('reads as Heat reads it, and what is written from it too', async () => {
    const written = texts.map((text) => writeData(readTemplateSource(text, 't.yaml').data));
    const [original, again] = [await readByHeat(texts), await readByHeat(written)];
    // A key that is a number is the one thing that JSON cannot say.
    expect(again).toEqual(original.map((repr) => String(repr).replace('{1: ', "{'1': ")));
  });

  it.each<[string, string, string]>([
    ['an unquoted =', 'a: 1\nv: =\n', 't.yaml:2: E_YAML: Heat cannot read an unquoted =: write "="'],
    ['an infinity', 'v: .inf\n', 't.yaml:1: E_YAML: .inf is no number that JSON has: write ".inf"'],
    ['a short tag of CloudFormation', 'v: !Ref x\n', 't.yaml:1: E_YAML: Heat does not read the tag !Ref'],
    ['a key that is no text', 'on: 1\n', 't.yaml:1: E_YAML: a key must be text: write "on"'],
    ['a list', '- a\n', 't.yaml:1: E_YAML: a template is a map, this is a list'],
    ['an alias without an anchor', 'a: 1\nv: *x\n', 't.yaml:2: E_YAML: '],
    ['an alias of itself', 'v: &x [*x]\n', 't.yaml:1: E_YAML: an alias stands inside its own anchor'],
    ['what is no YAML', 'a: [1\nb: 2', 't.yaml:'],
    ['a text between brackets that begins with a colon', 'a: 1\nb: {? :x}\n', 't.yaml:2: E_YAML: between brackets'],
    [
      'an empty line behind an escaped line break',
      'a: 1\nb: "x\\\n\n  y"\n',
      't.yaml:2: E_YAML: an empty line follows',
    ],
    ['an anchor whose name ends elsewhere for Heat', 'a: 1\nb: &x:y\n', 't.yaml:2: E_YAML: the anchor &x:y may have'],
    ['an anchor that stands twice', 'a: &x 1\nb: &x 2\n', 't.yaml:2: E_YAML: the anchor &x stands here a second time'],
    ['two documents', 'a: 1\n---\nb: 2\n', 't.yaml:2: E_YAML: a second document begins here'],
    ['a number that is too large', '{"a":\n1e400}', 't.yaml:2: E_YAML: 1e400 is larger than any number'],
    ['a tag that does not fit', 'a: !!int x\n', 't.yaml:1: E_YAML: Heat cannot read "x" as !!int'],
    ['a control character', 'a: 1\nb: \u007f\n', 't.yaml:2: E_YAML: Heat cannot read the character U+007F'],
    ['an end of line of Unicode', 'a: "x\u2028y"\n', 't.yaml:1: E_YAML: Heat cannot read the character U+2028'],
    ['a line of quoted text left of its key', 'a:\n  b: "x\n y"\n', 't.yaml:2: E_YAML: Missing closing "quote, unless'],
  ])('with %s is refused with its line', (_, text, message) => {
    expect(() => readTemplateSource(text, 't.yaml')).toThrow(
      expect.objectContaining({ code: 'plan-invalid', exitCode: 3, message: expect.stringContaining(message) }),
    );
  });

  const deep = 'maps and lists lie more than 300 levels deep here, which Heat cannot read';
  it.each<[string, string, string]>([
    ['lists', `a:\n  b: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`, `t.yaml:2: E_YAML: ${deep}`],
    ['lists without an end', `a:\n  b: ${'['.repeat(10_000)}`, `t.yaml:2: E_YAML: ${deep}`],
    ['maps', `a: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`, `t.yaml:1: E_YAML: ${deep}`],
    ['lists of lists on one line', `a:\n  ${'- '.repeat(10_000)}1\n`, `t.yaml:2: E_YAML: ${deep}`],
    ['keys of keys', `a:\n  ${'? '.repeat(3000)}1\n`, `t.yaml:2: E_YAML: ${deep}`],
    ['JSON', `{"a":\n${'['.repeat(10_000)}${']'.repeat(10_000)}}`, `t.yaml:2: E_YAML: ${deep}`],
    [
      'aliases of aliases',
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]\n`).join('')}`,
      't.yaml:1: E_YAML: the template holds more than 1000000 values',
    ],
  ])('that is too deep or too large is refused with its line: %s', (_, text, message) => {
    expect(() => readTemplateSource(text, 't.yaml')).toThrow(
      expect.objectContaining({ code: 'plan-invalid', message: expect.stringContaining(message) }),
    );
  });

  it('may have many aliases', () => {
    const text = `a: &x 1\nb: [${Array.from({ length: 20_000 }, () => '*x').join(', ')}]\n`;
    expect(readTemplateSource(text, 't.yaml').data['b']).toEqual(Array.from({ length: 20_000 }, () => 1));
  });

  it('has aliases of what stands before them, also where an alias holds other anchors', () => {
    const text = 'a: &x {k: &y 1}\nc: *x\nd: *y\n';
    expect(readTemplateSource(text, 't.yaml').data).toEqual({ a: { k: 1 }, c: { k: 1 }, d: 1 });
  });

  it('knows the line of every entry, of the last one where a key stands twice', () => {
    const source = readTemplateSource('a:\n  - b: 1\n    c: 2\n  - x\nd: &d\n  e: 1\nf: *d\nd: 3\n', 't.yaml');
    const lineOf = (...path: (string | number)[]) => source.locate(path).line;
    expect([lineOf('a'), lineOf('a', 0, 'c'), lineOf('a', 1), lineOf('f', 'e'), lineOf('d'), lineOf('none')]).toEqual([
      1, 3, 4, 6, 8, 1,
    ]);
    expect(source.duplicates).toEqual([{ key: 'd', offset: expect.any(Number), line: 8 }]);
  });
});
