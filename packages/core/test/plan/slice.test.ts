import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roleDigest } from '../../src/plan/digest.ts';
import { sliceFor } from '../../src/plan/slice.ts';
import { canonicalJson, type Json } from '../../src/values/json.ts';
import { compiled, nodeOf, nodes, roleOf } from './deployment.ts';

const plan = compiled(
  nodes(
    'db: { roles: [{ name: mysql, command: x, outputs: { host: ip, password: { path: pw, sensitive: true } } }, { name: late, command: x, inputs: { k: "${db.host}" } }] }',
    'web: { count: 2, roles: [{ name: app, command: x, inputs: { k: { a: ["${web[*].ip}", "p=${db.password}"] }, own: "${web[1].ip}" }, outputs: { ip: ip } }] }',
    'ops: { roles: [{ name: watch, command: x, inputs: { constant: 1 } }] }',
  ),
);

describe('a slice of the plan', () => {
  it('holds the node and what it reads, nothing of other nodes', () => {
    expect(sliceFor(plan, 'web-1')).toEqual({
      heddlePlan: 1,
      deployment: 'shop',
      directory: '/shop',
      node: nodeOf(plan, 'web-1'),
      producers: { 'web[*].ip': 'app', 'db.password': 'mysql' },
      sensitive: ['db.password'],
    });
  });

  it('names the earlier role of the same node as a producer', () => {
    expect(sliceFor(plan, 'db').producers).toEqual({ 'db.host': 'mysql' });
  });

  it('has no producers for a node that reads nothing', () => {
    expect(sliceFor(plan, 'ops')).toMatchObject({ producers: {}, sensitive: [] });
  });

  it('is refused for a node that is not in the plan', () => {
    expect(() => sliceFor(plan, 'cache')).toThrow(
      expect.objectContaining({
        code: 'not-found',
        message: 'the deployment shop has no node "cache"; it has db, web-0, web-1 and ops',
      }),
    );
    expect(() => sliceFor(plan, 'dbb')).toThrow('the deployment shop has no node "dbb"; did you mean "db"?');
  });
});

describe('the digest of a role', () => {
  const text = (role: string) =>
    nodes('db: { roles: [{ name: mysql, command: x, outputs: { host: ip } }] }', `app: { roles: [{ ${role} }] }`);
  const digestOf = (role: string, prefix = '') => roleDigest(roleOf(compiled(prefix + text(role)), 'app'));
  const base = digestOf('name: a, command: [x], inputs: { k: "${db.host}" }, outputs: { o: o }');

  it('is a SHA-256 in hexadecimal digits', () => {
    expect(base).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [
      'its place in the file',
      'name: a, command: [x], inputs: { k: "${db.host}" }, outputs: { o: o }',
      '# a comment\n\n',
    ],
    [
      'a deadline',
      'name: a, command: [x], deadline: 5m, inputs: { k: { $value: "${db.host}", deadline: 1m } }, outputs: { o: o }',
      'deadline: 2m\n',
    ],
    ['after', 'name: a, command: [x], after: [db.mysql], inputs: { k: "${db.host}" }, outputs: { o: o }', ''],
    ['concurrent', 'name: a, command: [x], concurrent: true, inputs: { k: "${db.host}" }, outputs: { o: o }', ''],
    ['the order of its keys', 'outputs: { o: o }, inputs: { k: "${db.host}" }, command: [x], name: a', ''],
  ])('does not change with %s', (_, role, prefix) => {
    expect(digestOf(role, prefix)).toBe(base);
  });

  it('changes with the value of a default', () => {
    const withDefault = (value: number) =>
      digestOf(`name: a, command: x, inputs: { k: { $value: "\${db.host}", default: ${value} } }`);
    expect(withDefault(1)).not.toBe(withDefault(2));
  });

  it('does not change with the order of inputs and outputs', () => {
    const first = digestOf('name: a, command: x, inputs: { k: 1, l: 2 }, outputs: { o: o, p: p }');
    expect(digestOf('name: a, command: x, inputs: { l: 2, k: 1 }, outputs: { p: p, o: o }')).toBe(first);
  });

  it.each([
    ['its name', 'name: b, command: [x], inputs: { k: "${db.host}" }, outputs: { o: o }'],
    ['its adapter', 'name: a, chef: [x], inputs: { k: "${db.host}" }, outputs: { o: o }'],
    ['its options', 'name: a, command: [y], inputs: { k: "${db.host}" }, outputs: { o: o }'],
    ['the path of an input', 'name: a, command: [x], inputs: { l: "${db.host}" }, outputs: { o: o }'],
    ['what an input reads', 'name: a, command: [x], inputs: { k: "${db.host.v4}" }, outputs: { o: o }'],
    ['a default', 'name: a, command: [x], inputs: { k: { $value: "${db.host}", default: 1 } }, outputs: { o: o }'],
    ['the path of an output', 'name: a, command: [x], inputs: { k: "${db.host}" }, outputs: { o: p }'],
    [
      'when an output is published',
      'name: a, command: [x], inputs: { k: "${db.host}" }, outputs: { o: { path: o, publish: end } }',
    ],
    [
      'whether an output is sensitive',
      'name: a, command: [x], inputs: { k: "${db.host}" }, outputs: { o: { path: o, sensitive: true } }',
    ],
  ])('changes with %s', (_, role) => {
    expect(digestOf(role)).not.toBe(base);
  });
});

describe('canonical JSON', () => {
  it('reads back to the same value and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as Json);
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value as Json))).toBe(text);
      }),
    );
  });
});

/** The same value with the keys of every map the other way round. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
