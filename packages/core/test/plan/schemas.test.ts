import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parsePlan } from '../../src/plan/plan-schema.ts';
import { jsonSchemas } from '../../src/plan/schemas.ts';
import { compiled, nodes } from './deployment.ts';

const plan = compiled(
  nodes(
    'db: { roles: [{ name: mysql, chef: { a: "${self.dir}/x", b: [1] }, outputs: { host: { path: ip, publish: early } } }] }',
    'web: { count: 2, roles: [{ name: app, command: x, after: [db.mysql], inputs: { a: { $gather: web.ip, as: map, atLeast: 1 }, b: { $value: "${db.host.x[0]}", default: null }, c: { __proto__: 1 }, d: ["${web[0].ip}"] }, outputs: { ip: ip } }] }',
  ),
);

describe('a plan as JSON', () => {
  it('reads back as it was compiled', () => {
    expect(parsePlan(JSON.parse(JSON.stringify(plan)), 'plan.json')).toEqual(plan);
  });

  it('keeps a key that JavaScript treats in a special way', () => {
    const text = JSON.stringify(plan);
    expect(text).toContain('"__proto__":1');
    expect(JSON.stringify(parsePlan(JSON.parse(text), 'plan.json'))).toBe(text);
  });

  it.each<[string, object, RegExp]>([
    ['of another version', { ...plan, heddlePlan: 2 }, /^heddlePlan: /],
    ['with an unknown key', { ...plan, extra: 1 }, /extra/],
    ['with a node that is none', { ...plan, nodes: [{ name: 'db' }] }, /^nodes\[0\]\.group: /],
    ['that is a list', [], /^the top: /],
  ])('%s is refused', (_, data, note) => {
    expect(() => parsePlan(data, 'plan.json')).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: 'plan.json is no plan that this Heddle reads',
        notes: expect.arrayContaining([expect.stringMatching(note)]),
      }),
    );
  });
});

describe('the published JSON Schema', () => {
  describe('heat-roles.schema.json', () => {
    const schema = z.fromJSONSchema(jsonSchemas()['heat-roles.schema.json']);
    const example = () =>
      parse(readFileSync(new URL('../../../../examples/two-servers/template.yaml', import.meta.url), 'utf8')) as {
        resources: { db: { metadata: { roles: Record<string, unknown>[] } } };
      };

    it('accepts a template with roles', () => {
      expect(schema.safeParse(example()).error).toBeUndefined();
    });

    it.each([
      { name: 'My SQL' },
      { inputs: ['a'] },
      { outputs: { port: { path: 'p', sensitiv: true } } },
      { after: 'web.app' },
    ])('refuses a role with %o', (change) => {
      const template = example();
      Object.assign(template.resources.db.metadata.roles[0] ?? {}, change);
      expect(schema.safeParse(template).success).toBe(false);
    });
  });

  it.each(['heddle.schema.json', 'plan.schema.json', 'heat-roles.schema.json'] as const)(
    '%s is what the code says',
    (name) => {
      const published = readFileSync(new URL(`../../../../docs/reference/${name}`, import.meta.url), 'utf8');
      expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(jsonSchemas()[name])));
    },
  );

  it('of the deployment file takes what compiles and refuses an unknown key', () => {
    const schema = z.fromJSONSchema(jsonSchemas()['heddle.schema.json']);
    const text = nodes(
      'web: { count: 2, roles: [{ name: app, chef: {}, inputs: { k: null }, outputs: { ip: { path: ip } } }] }',
    );
    expect(schema.safeParse(parse(text)).success).toBe(true);
    expect(schema.safeParse(parse(`nods: 1\n${text}`)).success).toBe(false);
    expect(schema.safeParse(parse(text.replace('count: 2', 'count: 0'))).success).toBe(false);
    expect(schema.safeParse(parse(text.replace('web', 'Web'))).success).toBe(false);
  });

  it('of the plan takes a plan and refuses an unknown kind of expression', () => {
    const schema = z.fromJSONSchema(jsonSchemas()['plan.schema.json']);
    const text = JSON.stringify(plan);
    expect(schema.safeParse(JSON.parse(text)).success).toBe(true);
    expect(schema.safeParse(JSON.parse(text.replace('"kind":"gather"', '"kind":"gathre"'))).success).toBe(false);
  });
});
