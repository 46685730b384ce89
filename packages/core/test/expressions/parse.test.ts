import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBareReference, parseText } from '../../src/expressions/parse.ts';
import { formatReference, formatText, type ReferenceSyntax, type TextPart } from '../../src/expressions/syntax.ts';

function reference(
  name: string,
  segments: ReferenceSyntax['segments'],
  column: number,
  index?: number | '*',
): ReferenceSyntax {
  return { name, ...(index === undefined ? {} : { index }), segments, column };
}

describe('parseText', () => {
  it.each<[string, string, TextPart[]]>([
    ['an empty text', '', []],
    ['text without a reference', 'plain $HOME {x} } $', ['plain $HOME {x} } $']],
    ['a reference to a single node', '${db.host}', [reference('db', ['host'], 1)]],
    ['a reference to one member', '${web[12].ip}', [reference('web', ['ip'], 1, 12)]],
    ['a gather', '${web[*].ip}', [reference('web', ['ip'], 1, '*')]],
    ['segments into the value', '${db.config.max_size}', [reference('db', ['config', 'max_size'], 1)]],
    ['indexes into the value', '${db.disks[0].size}', [reference('db', ['disks', 0, 'size'], 1)]],
    ['a quoted key', "${db.map['a.b c']}", [reference('db', ['map', 'a.b c'], 1)]],
    ['a key in double quotes', '${db.map["it\'s"]}', [reference('db', ['map', "it's"], 1)]],
    ['escapes in a quoted key', "${db.map['it\\'s \\\\ }']}", [reference('db', ['map', "it's \\ }"], 1)]],
    ['a segment of digits as a key', '${db.map.0}', [reference('db', ['map', '0'], 1)]],
    ['an output named by a quoted key', "${db['host']}", [reference('db', ['host'], 1)]],
    [
      'an entry for the reader',
      '${db.join[self.name].token}',
      [reference('db', ['join', { self: 'name' }, 'token'], 1)],
    ],
    ['a member, then an index', '${web[0].list[1]}', [reference('web', ['list', 1], 1, 0)]],
    ['self', '${self.name}', [reference('self', ['name'], 1)]],
    ['params with segments', '${params.db.port}', [reference('params', ['db', 'port'], 1)]],
    ['blanks inside the braces', '${ db.host }', [reference('db', ['host'], 1)]],
    [
      'references between text',
      'mysql://${db.host}:${db.port}/shop',
      ['mysql://', reference('db', ['host'], 9), ':', reference('db', ['port'], 20), '/shop'],
    ],
    ['a literal ${', 'cost: $${price}', ['cost: ${price}']],
    ['a literal ${ next to a reference', '$${${db.host}}', ['${', reference('db', ['host'], 4), '}']],
    ['a dollar before a literal ${', '$$${x}', ['$${x}']],
    ['a lone dollar sign at the end', 'a$', ['a$']],
  ])('reads %s', (_, text, parts) => {
    expect(parseText(text)).toEqual(parts);
  });

  it.each<[string, string, string, number]>([
    ['without an end', 'x ${db.host', '"${db.host" is not closed: "}" is missing', 3],
    ['without an end after the name', '${db', '"${db" is not closed: "}" is missing', 1],
    ['that is empty', '${}', 'expected a node, a group, self or params, found "}"', 3],
    ['that names only a node', '${db}', '"db" names no output: write db.OUTPUT, or $${ for a literal ${', 1],
    [
      'that names only a member',
      'a ${web[0]}',
      '"web[0]" names no output: write web[0].OUTPUT, or $${ for a literal ${',
      3,
    ],
    [
      'with an index where the output should be',
      '${web[0][1]}',
      '"web[0][1]" names no output: write web[0].OUTPUT, or $${ for a literal ${',
      1,
    ],
    [
      'to self as a whole',
      '${self}',
      '"self" alone is no value: write self.name, self.group, self.index or self.dir',
      1,
    ],
    ['to params as a whole', '${params}', '"params" alone is no value: write params.NAME', 1],
    ['with two dots', '${db..host}', 'expected a name after "db.", found "."', 6],
    ['with a dot at its end', '${db.host.}', 'expected a name after "db.host.", found "}"', 11],
    ['with a blank inside', '${db.host name}', 'expected ".", "[" or "}" after "db.host", found "n"', 11],
    ['with a negative index', '${web[-1].ip}', 'expected a whole number and "]", or "*]", after "[", found "-"', 7],
    [
      'with a name as the index',
      '${web[first].ip}',
      'expected a whole number and "]", or "*]", after "[", found "f"',
      7,
    ],
    ['with a bracket left open', '${db.list[0}', 'expected "]" after "db.list[0", found "}"', 12],
    [
      'with a bare key in brackets',
      '${db.map[key]}',
      'expected a whole number, a quoted key [\'key\'] or [self.name] after "[", found "k"',
      10,
    ],
    ['with a quote left open', "${db.map['key]}", "the quoted key has no closing '", 10],
    [
      'that gathers inside a value',
      '${db.list[*]}',
      '[*] stands right behind the name of a group: it gathers the members, it does not go into a value',
      10,
    ],
    [
      'with a default of the shell',
      '${db.host:-none}',
      'expected ".", "[" or "}" after "db.host", found ":"; a default is written { $value: ..., missing: default, default: ... }',
      10,
    ],
    [
      'with a filter',
      '${db.host|upper}',
      'expected ".", "[" or "}" after "db.host", found "|"; there are no filters: a value travels as it is',
      10,
    ],
    ['inside a reference', '${db.${x.y}}', 'expected a name after "db.", found "$"; references do not nest', 6],
  ])('refuses a reference %s', (_, text, message, column) => {
    expect(() => parseText(text)).toThrow(
      expect.objectContaining({ code: 'plan-invalid', message, details: { column } }),
    );
  });
});

describe('parseBareReference', () => {
  it('reads a reference without its braces', () => {
    expect(parseBareReference("web.ip['v4'][0]")).toEqual(reference('web', ['ip', 'v4', 0], 1));
  });

  it.each([
    ['${web.ip}', '"${web.ip}" stands for itself here: leave out ${ and }', 1],
    ['web.ip}', 'expected ".", "[" or the end after "web.ip", found "}"', 7],
    ['', 'expected a node, a group, self or params, found the end', 1],
    ['web', '"web" names no output: write web.OUTPUT', 1],
    ['web.join[self.name]', 'there is no "self" here, which web.join[self.name] asks for', 1],
  ])('refuses "%s"', (text, message, column) => {
    expect(() => parseBareReference(text)).toThrow(expect.objectContaining({ message, details: { column } }));
  });
});

describe('a reference that was written', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/).filter((word) => word !== 'self' && word !== 'params');
  const own = fc.record({ self: fc.stringMatching(/^[a-z]{1,8}$/) }, { noNullPrototype: true });
  const segment = fc.oneof(fc.string(), fc.stringMatching(/^[a-z_0-9-]{1,8}$/), fc.nat(), own);
  const index = fc.oneof(fc.nat(), fc.constant('*' as const), fc.constant(undefined));
  const written = fc
    .record({ name, index, first: fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), rest: fc.array(segment) })
    .map(({ first, rest, ...head }) => {
      const { index: member, ...single } = head;
      return { ...(member === undefined ? single : { ...single, index: member }), segments: [first, ...rest] as const };
    });

  it('reads back the same', () => {
    fc.assert(
      fc.property(written, (syntax) => {
        expect(parseText(`\${${formatReference(syntax)}}`)).toEqual([{ ...syntax, column: 1 }]);
      }),
    );
  });

  it('stands next to a literal ${ that is written as $${', () => {
    expect(formatText(['a ${ b ${ ', reference('db', ['host'], 1)])).toBe('a $${ b $${ ${db.host}');
  });

  it('reads back the same between any text', () => {
    // A literal that ends in "$" before a reference is the one thing that the grammar cannot say.
    const piece = fc.oneof(fc.string(), fc.constantFrom('${', '}', '$', '[', "'"));
    const literal = fc
      .array(piece)
      .map((pieces) => `x${pieces.join('')}`)
      .filter((text) => !text.endsWith('$'));
    fc.assert(
      fc.property(fc.array(fc.tuple(literal, written)), literal, (pairs, last) => {
        const parts = [...pairs.flatMap(([text, syntax]) => [text, { ...syntax, column: 0 }]), last];
        const read = parseText(formatText(parts)).map((part) =>
          typeof part === 'string' ? part : { ...part, column: 0 },
        );
        expect(read).toEqual(parts);
      }),
    );
  });
});
