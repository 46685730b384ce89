import { describe, expect, it } from 'vitest';
import { compiled, plain, role, server, template } from './support/compile.ts';

const reads = (input: string) => server(`[${role('app', `{ x: ${input} }`)}]`);

describe('a warning', () => {
  it('says that a template without roles stays as it is, also with a key that stands twice', () => {
    const { plan } = compiled(template({ a: plain }, 'outputs: {}\noutputs: {}\n'));
    expect(plan.warnings).toEqual([
      'template.yaml:1: W_NO_ROLES: no server has roles, so the template stays as it is',
      'template.yaml:6: W_YAML: "outputs" stands here a second time; Heat takes this one',
    ]);
  });

  describe('about a server that may not be there', () => {
    const conditions = 'conditions: { big: { equals: [{ get_param: size }, x] }, small: { not: big } }\n';
    const db = server(`[${role('m', '{}', '{ p: p }')}]`, '', ', condition: big');
    const warnings = (a: string) => compiled(template({ a, db }, conditions)).plan.warnings;
    const absent = (end: string) => [
      `template.yaml:4: W_CONDITION: "db" is there only when its condition holds; without it ${end}`,
    ];
    const read = '{ get_attr: [db, p] }';

    it.each([
      ['an input', reads(read), absent('this read gives null')],
      ['an input with a default', reads(`{ $value: ${read}, default: 1 }`), absent('this read gives its default')],
      [
        'after',
        server(`[${role('n', '{}', '{}', ', after: [db.m]')}]`),
        absent('this wait ends after its deadline with an error'),
      ],
      [
        'an input under another condition',
        server(`[${role('n', `{ x: ${read} }`)}]`, '', ', condition: small'),
        absent('this read gives null'),
      ],
    ])('names what waits for it: %s', (_, a, expected) => {
      expect(warnings(a)).toEqual(expected);
    });

    it('is not given where both have the same condition, or the read does not wait', () => {
      expect(warnings(server(`[${role('n', `{ x: ${read} }`)}]`, '', ', condition: big'))).toEqual([]);
      expect(warnings(reads(`{ $value: ${read}, missing: fail }`))).toEqual([]);
    });
  });

  describe('about an output that nothing reads', () => {
    const db = server(`[${role('m', '{}', '{ p: p, q: q }')}]`);
    const unused = (name: string) =>
      `template.yaml:4: W_UNUSED_OUTPUT: nothing in the template reads the output "${name}" of "db"`;

    it('names each', () => {
      expect(compiled(template({ db })).hints).toEqual([unused('p'), unused('q')]);
    });

    it('is not given where an input or an output of the template reads it', () => {
      const text = template(
        { db, a: reads('[{ get_attr: [db, p, 0] }]') },
        'outputs: { q: { value: { get_attr: [db, q] } } }\n',
      );
      expect(compiled(text).hints).toEqual([]);
    });

    it('is not given where a read takes an attribute that is computed', () => {
      const text = template({ db, web: reads('{ get_attr: [db, { get_param: size }] }') });
      expect(compiled(text).hints).toEqual([]);
    });
  });

  it('says that Heat waits longer than a stack may take', () => {
    const text = template({ a: server(`[${role('m', '{}', '{}', ', deadline: 2h')}]`) });
    expect(compiled(text, { signalTransport: 'HEAT_SIGNAL' }).plan.warnings).toEqual([
      'template.yaml:4: W_TIMEOUT: Heat waits up to 7200 s for "a", and a stack ends after 3600 s by default: create it with --timeout 120',
    ]);
  });

  it('says that what a machine signals with is not valid for as long as Heat waits', () => {
    const text = template({ a: server(`[${role('m', '{}', '{}', ', deadline: 2h')}]`) });
    expect(compiled(text).plan.warnings).toContain(
      'template.yaml:4: W_TIMEOUT: Heat waits up to 7200 s for "a", and a token of Keystone is valid for 3600 s by default: use --signal-transport HEAT_SIGNAL',
    );
    const short = template({ a: server(`[${role('m')}]`) });
    const warningsOf = (signalTransport: 'CFN_SIGNAL' | 'TEMP_URL_SIGNAL') =>
      compiled(short, { signalTransport }).plan.warnings;
    expect(warningsOf('CFN_SIGNAL')).toEqual([
      'template.yaml:4: W_TIMEOUT: Heat waits up to 3600 s for "a", and the signature of CFN_SIGNAL is valid for 900 s by default: use --signal-transport HEAT_SIGNAL',
    ]);
    expect(warningsOf('TEMP_URL_SIGNAL')).toEqual([]);
  });
});
