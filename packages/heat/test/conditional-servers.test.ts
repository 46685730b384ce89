import { describe, expect, it } from 'vitest';
import { compiled, expressionOf, role, server, template } from './support/compile.ts';
import { conditions, db, reading, staticOf } from './support/reading.ts';

describe('what a condition is expected to be', () => {
  const expectedOf = (condition: string, more: string, parameters?: Record<string, string>) => {
    const text = template(
      { db, web: server(`[${role('app', `{ x: { if: [${condition}, { get_attr: [db, port] }, none] } }`)}]`) },
      `conditions:\n  big: { equals: [{ get_param: size }, x] }\n${more}`,
    );
    const options = parameters === undefined ? {} : { parameters, isPreview: true };
    return (expressionOf(compiled(text, options), 'web') as { expected?: unknown }).expected;
  };

  it.each<[string, unknown]>([
    ['{ equals: [{ get_param: size }, m1.small] }', true],
    ['{ not: big }', true],
    ['{ and: [{ not: big }, { equals: ["5", 5] }] }', true],
    ['{ or: [big, { equals: [true, "true"] }] }', true],
    ['{ or: [big, big] }', false],
    ['{ equals: [{ get_param: "OS::stack_name" }, x] }', undefined],
    ['{ and: [big, { equals: [{ get_param: "OS::stack_name" }, x] }] }', false],
    ['{ or: [big, { equals: [{ get_param: "OS::stack_name" }, x] }] }', undefined],
    ['{ yaql: { expression: "true", data: {} } }', undefined],
    ['other', undefined],
  ])('follows from the defaults: %s is %s', (condition, expected) => {
    const circle = '  other: { not: another }\n  another: { not: other }\n';
    expect(expectedOf('asked', `  asked: ${condition}\n${circle}`)).toBe(expected);
  });

  it('follows from a parameter that is given to who looks ahead', () => {
    expect(expectedOf('big', '', { size: 'x' })).toBe(true);
    expect(expectedOf('big', '')).toBe(false);
  });
});

describe('a server that is there only when its condition holds', () => {
  const some = server(`[${role('m', '{}', '{ p: p }')}]`, '', ', condition: big');
  const choice = (value: unknown) => ({
    kind: 'choice',
    by: 's0',
    expected: false,
    cases: [
      [true, { kind: 'reference', node: 'some', output: 'p', segments: [] }],
      [false, { kind: 'constant', value }],
    ],
  });

  it('gives null when it is not there', () => {
    const text = reading('{ get_attr: [some, p] }', { some });
    expect(expressionOf(compiled(text), 'web')).toEqual(choice(null));
    expect(staticOf(text, 'web')).toEqual([{ if: ['big', true, false] }]);
  });

  it('gives the default of the input that reads it', () => {
    const text = reading('{ $value: { get_attr: [some, p] }, default: 7 }', { some });
    expect(expressionOf(compiled(text), 'web')).toEqual(choice(7));
  });

  it('is no choice for a server with the same condition, and for a read that fails at once', () => {
    const reader = server(`[${role('app', '{ x: { get_attr: [some, p] } }')}]`, '', ', condition: big');
    expect(expressionOf(compiled(template({ some, reader }, conditions)), 'reader')).toMatchObject({
      kind: 'reference',
    });
    const failing = reading('{ $value: { get_attr: [some, p] }, missing: fail }', { some });
    expect(expressionOf(compiled(failing), 'web')).toMatchObject({ kind: 'reference' });
  });
});

describe('what Heat knows of a server that is there only when its condition holds', () => {
  const some = server(`[${role('m')}]`, '', ', condition: big');
  const address = '{ get_attr: [some, first_address] }';
  const first = { kind: 'static', id: 's1' };

  it('gives the default of the input that reads it when it is not there', () => {
    const text = reading(`{ $value: ${address}, default: 10.0.0.1 }`, { some });
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: false,
      cases: [
        [true, first],
        [false, { kind: 'constant', value: '10.0.0.1' }],
      ],
    });
    expect(staticOf(text, 'web')).toEqual([{ get_attr: ['some', 'first_address'] }, { if: ['big', true, false] }]);
  });

  it('fails the read that may not be without it', () => {
    const text = reading(`{ $value: ${address}, missing: fail }`, { some });
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: false,
      cases: [[true, first]],
      absent: 'some.first_address',
    });
  });

  it('is null for an input that says nothing of it, and inside of functions', () => {
    for (const input of [address, `{ $value: { list_join: [":", [${address}, 80]] }, default: x }`]) {
      expect(expressionOf(compiled(reading(input, { some })), 'web')).toEqual({ kind: 'static', id: 's0' });
    }
  });

  it('is asked for without its condition where the reader has the same one', () => {
    const reader = server(`[${role('app', `{ x: { $value: ${address}, default: none } }`)}]`, '', ', condition: big');
    expect(expressionOf(compiled(template({ some, reader }, conditions)), 'reader')).toMatchObject({ kind: 'static' });
  });

  it('is chosen by text in a template of CloudFormation', () => {
    const text = JSON.stringify({
      AWSTemplateFormatVersion: '2010-09-09',
      Parameters: { Size: { Type: 'String', Default: 'x' } },
      Conditions: { Big: { 'Fn::Equals': [{ Ref: 'Size' }, 'x'] } },
      Resources: {
        Some: { Type: 'AWS::EC2::Instance', Condition: 'Big', Properties: { ImageId: 'i', InstanceType: 'f' } },
        Web: {
          Type: 'AWS::EC2::Instance',
          Properties: { ImageId: 'i', InstanceType: 'f' },
          Metadata: {
            roles: [
              {
                name: 'app',
                command: ['true'],
                inputs: { x: { $value: { 'Fn::GetAtt': ['Some', 'PrivateIp'] }, default: 'nobody' } },
              },
            ],
          },
        },
      },
    });
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: 'true',
      cases: [
        ['true', first],
        ['false', { kind: 'constant', value: 'nobody' }],
      ],
    });
  });
});
