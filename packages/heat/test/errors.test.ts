import { describe, expect, it } from 'vitest';
import { errorsOf, plain, role, server, template } from './support/compile.ts';

const bigCondition = 'conditions: { big: { equals: [{ get_param: size }, x] } }\n';
const reads = (input: string) => server(`[${role('app', `{ x: ${input} }`)}]`);

// The first resource stands on line 4, the next ones below it.
describe('an error', () => {
  it.each<[string, string, string]>([
    [
      'E_REF',
      template({ a: reads('{ get_attr: [dbx, name] }'), db: plain }),
      '4: E_REF: there is no resource "dbx"; did you mean "db"?',
    ],
    [
      'E_REF of get_resource',
      template({ a: reads('{ get_resource: dbx }'), db: plain }),
      '4: E_REF: there is no resource "dbx"; did you mean "db"?',
    ],
    [
      'E_REF of depends_on',
      template({ a: server(`[${role('app')}]`, '', ', depends_on: dbx'), db: plain }),
      '4: E_REF: there is no resource "dbx"; did you mean "db"?',
    ],
    [
      'E_REF of after',
      template({ a: server(`[${role('app', '{}', '{}', ', after: [a.ap]')}]`) }),
      '4: E_REF: "a" has no role "ap"; did you mean "app"?',
    ],
    [
      'E_REF in the outputs',
      template({ a: reads('1') }, 'outputs:\n  o:\n    value: { get_attr: [b, name] }\n'),
      '7: E_REF: there is no resource "b"; there are a',
    ],
    [
      'E_PARAM',
      template({ a: reads('{ get_param: sizes }') }),
      '4: E_PARAM: there is no parameter "sizes"; did you mean "size"?',
    ],
    [
      'E_PARAM of a name that YAML reads as something else',
      template({ a: reads('{ get_param: no }') }),
      '4: E_PARAM: get_param takes a name, and this is a boolean: put quotes around the name',
    ],
    [
      'E_REF of a get_attr that is no list',
      template({ a: reads('{ get_attr: a.name }') }),
      '4: E_REF: get_attr takes a list: [RESOURCE, ATTRIBUTE]',
    ],
    [
      'E_ATTR',
      template({ a: reads('{ get_attr: [b, portt] }'), b: server(`[${role('m', '{}', '{ port: p }')}]`) }),
      '4: E_ATTR: "b" (OS::Nova::Server) has no attribute "portt", and its roles declare no such output; did you mean "port"?',
    ],
    [
      'E_SHADOW',
      template({ a: server(`[${role('m', '{}', '{ name: p }')}]`) }),
      '4: E_SHADOW: "name" is an attribute that Heat gives OS::Nova::Server: choose another name',
    ],
    [
      'E_DUP_OUTPUT',
      template({ a: server(`[${role('m', '{}', '{ p: p }')}, ${role('n', '{}', '{ p: q }')}]`) }),
      '4: E_DUP_OUTPUT: a declares the output "p" a second time; the first is on line 4, in role "m"',
    ],
    [
      'E_DUP_ROLE',
      template({ a: server(`[${role('m')}, ${role('m')}]`) }),
      '4: E_DUP_ROLE: the role "m" stands here a second time; the first is on line 4',
    ],
    [
      'E_PATH',
      template({ a: server(`[${role('m', '{ a..b: 1 }')}]`) }),
      '4: E_PATH: "a..b" has an empty segment at column 3; write \\. for a dot inside a name',
    ],
    [
      'E_CYCLE of resources',
      template({ a: `{ type: OS::Nova::Server, depends_on: b }`, b: server(`[${role('m')}]`, '', ', depends_on: a') }),
      '4: E_CYCLE: a and b depend on one another by their properties: Heat refuses that',
    ],
    [
      'E_CYCLE of roles',
      template({
        a: server(`[${role('m', '{}', '{}', ', after: [b.n]')}]`),
        b: server(`[${role('n', '{}', '{}', ', after: [a.m]')}]`),
      }),
      '4: E_CYCLE: a.m and b.n wait for one another by "after" and by the order of roles: none of them could ever start',
    ],
    [
      'E_CYCLE_LATE',
      template({ a: reads('{ get_resource: a }') }),
      '4: E_CYCLE_LATE: the id of "a" is not known before "a" exists, and Heat gives a name for an id until there is one: read an attribute of "a" that tells it, such as show',
    ],
    [
      'E_CYCLE_LATE of all attributes',
      template({ a: server(`[${role('app', '{ x: { get_attr: [a] } }', '{ p: p }')}]`) }),
      '4: E_CYCLE_LATE: the map of all attributes of "a" is not known before "a" exists, and until then Heat gives a part of it: read those that are needed, each by its name',
    ],
    [
      'E_SENSITIVE of all attributes',
      template({
        a: reads('{ $value: { get_attr: [b] }, sensitive: true }'),
        b: server(`[${role('m', '{}', '{ p: p }')}]`),
      }),
      '4: E_SENSITIVE: the map of all attributes of "b" cannot stay out of the user data, as "sensitive: true" asks: read those that are needed, each by its name',
    ],
    [
      'E_LATER',
      template({ a: server(`[${role('m', '{ x: { get_attr: [a, p] } }')}, ${role('n', '{}', '{ p: p }')}]`) }),
      '4: E_LATER: role "m" reads "p", which role "n" writes later on the same server: move "n" before it',
    ],
    [
      'E_RTFN',
      template({
        a: reads('{ yaql: { expression: $.data.p, data: { p: { get_attr: [b, p] } } } }'),
        b: server(`[${role('m', '{}', '{ p: p }')}]`),
      }),
      '4: E_RTFN: yaql cannot be evaluated at run time, where a value in it comes from: there are if, contains, digest, filter, list_concat, list_concat_unique, list_join, make_url, map_merge, map_replace, repeat, str_replace, str_replace_strict, str_replace_vstrict and str_split',
    ],
    [
      'E_RTFN of yaql over what is not known yet',
      template({
        a: reads('{ yaql: { expression: $.data.p.toUpper(), data: { p: { get_attr: [b, first_address] } } } }'),
        b: plain,
      }),
      '4: E_RTFN: Heat validates with attributes that are not known yet, which yaql does not survive: give the attribute as an own input',
    ],
    [
      'E_RTFN of a shape that Heat refuses',
      template({ a: reads('{ contains: [{ get_attr: [b, p] }] }'), b: server(`[${role('m', '{}', '{ p: p }')}]`) }),
      '4: E_RTFN: contains takes [value, sequence]',
    ],
    [
      'E_RTFN of a digest whose arguments are swapped',
      template({
        a: reads('{ digest: [{ get_attr: [b, p] }, SHA512] }'),
        b: server(`[${role('m', '{}', '{ p: p }')}]`),
      }),
      '4: E_RTFN: digest takes [algorithm, text]: the algorithm comes first',
    ],
    [
      'E_RTFN of an if without another value',
      template(
        { a: reads('{ if: [big, { get_attr: [b, p] }] }'), b: server(`[${role('m', '{}', '{ p: p }')}]`) },
        bigCondition,
        'wallaby',
      ),
      '4: E_RTFN: with a value of run time in it, if takes [condition, value, other value]',
    ],
    [
      'E_RTFN of an attribute that is computed at run time',
      template({ a: reads('{ get_attr: [b, { get_attr: [b, p] }] }'), b: server(`[${role('m', '{}', '{ p: p }')}]`) }),
      '4: E_RTFN: which attribute is read has to be known before the machine starts',
    ],
    [
      'E_RTFN of a function in the outputs',
      template(
        { a: server(`[${role('m', '{}', '{ p: p }')}]`) },
        'outputs:\n  o:\n    value: { list_join: [":", [{ get_attr: [a, p] }]] }\n',
      ),
      '7: E_RTFN: "p" of "a" is written by a role, and Heat gets it as a whole, so list_join cannot take it: write it as an own output',
    ],
    [
      'E_RTFN of a part in the outputs',
      template(
        { a: server(`[${role('m', '{}', '{ p: p }')}]`) },
        'outputs:\n  o:\n    value: { get_attr: [a, p, 0] }\n',
      ),
      '7: E_RTFN: "p" of "a" is written by a role, and Heat gets it as a whole: declare an output of the role for the part',
    ],
    [
      'E_RTFN of a computed name in the outputs',
      template(
        { a: server(`[${role('m', '{}', '{ p: p }')}]`) },
        'outputs:\n  o:\n    value: { get_attr: [a, { get_param: size }] }\n',
      ),
      '7: E_RTFN: the attribute is computed, and "a" has outputs of roles, which Heat does not know: write the name',
    ],
    [
      'E_NAME of an output',
      template({ a: plain }, 'outputs:\n  heddle_late_x:\n    value: 1\n'),
      '6: E_NAME: "heddle_late_x": names that start with heddle_ are for what Heddle adds',
    ],
    ...[
      ['an input', template({ a: reads('{ if: [bg, 1, { get_param: size }] }') }, bigCondition)],
      ['a property', template({ a: server('[x]', ', name: { if: [{ not: bg }, a, b] }') }, bigCondition)],
    ].map(([where = '', text = '']): [string, string, string] => [
      `E_REF of a condition in ${where}`,
      text,
      '4: E_REF: there is no condition "bg"; did you mean "big"?',
    ]),
    [
      'E_REF of a condition in the outputs',
      template({ a: plain }, `outputs: { o: { value: { if: [bg, 1, 2] } } }\n${bigCondition}`),
      '5: E_REF: there is no condition "bg"; did you mean "big"?',
    ],
    [
      'E_RTPROP',
      template({
        a: server(`[${role('m', '{}', '{ p: p }')}]`),
        b: '{ type: OS::Nova::Server, properties: { image: i, flavor: f, name: { get_attr: [a, p] } } }',
      }),
      '5: E_RTPROP: the output "p" of "a" exists only at run time, so no property can take it: read it as an input of a role',
    ],
    [
      'E_USERDATA',
      template({ a: server(`[${role('m')}]`, ', user_data: x') }),
      '4: E_USERDATA: user_data_format is HEAT_CFNTOOLS by default, and this begins neither with #! nor with #cloud-config: write user_data_format: RAW if cloud-init shall read it',
    ],
    [
      'E_ROLE of an instance of AWS',
      template({
        a: '{ type: AWS::EC2::Instance, properties: { ImageId: i }, metadata: { roles: [mysql] } }',
      }),
      '4: E_ROLE: roles on AWS::EC2::Instance are not supported: write "a" as OS::Nova::Server; for data of your own choose another key with --roles-key',
    ],
    [
      'E_SENSITIVE',
      template({
        a: reads('{ $value: { get_resource: v }, sensitive: true }'),
        v: '{ type: OS::Cinder::Volume, properties: { size: 1 } }',
      }),
      '4: E_SENSITIVE: get_resource cannot stay out of the user data, as "sensitive: true" asks: an id is no secret, so give it as an input of its own',
    ],
    [
      'E_NAME of the node that stands for the stack',
      template({ Stack: reads('{ get_attr: [Stack, networks] }') }),
      '4: E_NAME: a value of this template travels by the outputs of the stack, for which the node "stack" stands: name the server otherwise',
    ],
    [
      'E_SENSITIVE of a constant',
      template({ a: reads('{ $value: hunter2, sensitive: true }') }),
      '4: E_SENSITIVE: a value that stands in the template stands in the plan and the store, too, so it is no secret: give it as a hidden parameter',
    ],
    [
      'E_SENSITIVE of a default',
      template({
        a: server(`[${role('app', '{ x: { $value: { get_attr: [b, pw] }, sensitive: true, default: hunter2 } }')}]`),
        b: server(`[${role('db', '{}', '{ pw: pw }')}]`),
      }),
      '4: E_SENSITIVE: the default of a sensitive input: a value that stands in the template stands in the plan and the store, too, so it is no secret: give it as a hidden parameter',
    ],
    [
      'E_ROLE of a server that was there before',
      template({ a: server("['app']", '', ', external_id: 2f0c6c4c') }),
      '4: E_ROLE: "a" is a machine that is there already, which gets no user data from Heat, so nobody would run its roles: let Heat create the server, or take its roles out',
    ],
    [
      'E_ROLE of sensitive',
      template({ a: reads('{ $value: { get_attr: [a, name] }, sensitive: 1 }') }),
      '4: E_ROLE: "sensitive" is true or false, not a number',
    ],
    [
      'E_NAME of a resource',
      template({ heddle_x: plain }),
      '4: E_NAME: "heddle_x": names that start with heddle_ are for what Heddle adds',
    ],
    [
      'E_NAME of two nodes',
      template({ a_b: server('[x]'), 'a-b': server('[x]') }),
      '5: E_NAME: "a-b" and "a_b" would both be the node "a-b"',
    ],
    [
      'E_KEY of a role',
      template({ a: server(`[{ name: m, command: ['true'], input: {} }]`) }),
      '4: E_KEY: unknown key "input"; did you mean "inputs"?',
    ],
    [
      'E_KEY of an output',
      template({ a: server(`[${role('m', '{}', '{ p: { path: p, sensitiv: true } }')}]`) }),
      '4: E_KEY: unknown key "sensitiv"; did you mean "sensitive"?',
    ],
    [
      'E_KEY of a resource',
      template({ a: '{ type: OS::Nova::Server, propertys: {} }' }),
      '4: E_KEY: a resource has no key "propertys"; did you mean "properties"?',
    ],
    [
      'E_KEY of a section',
      template({ a: server('[x]') }, 'output: {}\n'),
      '5: E_KEY: a template has no key "output"; did you mean "outputs"?',
    ],
    [
      'E_ROLE',
      template({ a: server('[5]') }),
      '4: E_ROLE: a role is the name of a Chef role, or a map with name; this is a number',
    ],
    [
      'E_OPTION',
      template({ a: server(`[{ name: m, command: ['echo', { get_param: size }] }]`) }),
      '4: E_OPTION: options of an adapter are constants: give what get_param gives as an input',
    ],
    [
      'E_VERSION',
      'heat_template_version: 2018-08-32\n',
      '1: E_VERSION: Heat has no template version "2018-08-32"; did you mean "2018-08-31"?',
    ],
    [
      'E_VERSION of an old function',
      template(
        { a: reads('1'), b: '{ type: OS::Nova::Server, properties: { image: { Ref: size }, flavor: f } }' },
        '',
        '2013-05-23',
      ),
      '5: E_VERSION: the emitted template has version 2015-10-15, which has no Ref: replace it',
    ],
    [
      'E_FN_REMOVED',
      template({ a: '{ type: OS::Nova::Server, properties: { image: { Ref: size }, flavor: f } }' }),
      '4: E_FN_REMOVED: template version 2018-08-31 has no function Ref',
    ],
    [
      'E_SIZE',
      template({ a: reads(`{ list_join: ["", [${'x'.repeat(50_000)}, { get_param: size }]] }`) }),
      '4: E_SIZE: the user data of "a" has at least ',
    ],
    [
      'E_SECTION',
      'heat_template_version: 2018-08-31\nresources:\n  - { type: OS::Nova::Server }\n',
      '2: E_SECTION: "resources" is a map from name to declaration, not a list',
    ],
    ['E_RESOURCE', template({ a: '{ properties: {} }' }), '4: E_RESOURCE: the resource "a" needs a type'],
    [
      'E_NAME of a resource that is a parameter',
      template({ size: plain }),
      '4: E_NAME: "size" is a parameter, too: Heat takes a name for one of them',
    ],
    [
      'E_REF of a condition',
      template({ a: plain.replace(' }', ' }, condition: bigg') }, 'conditions:\n  big: true\n'),
      '4: E_REF: there is no condition "bigg"; did you mean "big"?',
    ],
    [
      'E_REF of a condition in a condition',
      template({ a: plain }, 'conditions:\n  big: true\n  all:\n    and: [big, { not: smal }]\n'),
      '8: E_REF: there is no condition "smal"; there are big and all',
    ],
    [
      'E_PARAM in a condition',
      template({ a: plain }, 'conditions:\n  big: { equals: [big, { get_param: siz }] }\n'),
      '6: E_PARAM: there is no parameter "siz"; did you mean "size"?',
    ],
    [
      'E_YAML of what no JSON can say',
      'heat_template_version: 2018-08-31\nresources:\n  a: { type: OS::Heat::Value, properties: { value: .inf } }\n',
      '3: E_YAML: .inf is no number that JSON has: write ".inf"',
    ],
    [
      'E_YAML of a key that stands twice',
      template({ a: server('[x]') }, 'outputs: {}\noutputs: {}\n'),
      '6: E_YAML: "outputs" stands here a second time',
    ],
  ])('%s has its line and says what to do', (_, text, message) => {
    const found = errorsOf(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`template.yaml:${message}`);
  });

  it('of the version hides no others', () => {
    const text = template({ a: reads('{ get_param: none }') }, '', '2018-08-32');
    expect(errorsOf(text).map((error) => /^template\.yaml:(\d+: E_[A-Z]+)/.exec(error)?.[1])).toEqual([
      '1: E_VERSION',
      '4: E_PARAM',
    ]);
  });

  it('does not hide the others: all are told in one go, in the order of the file', () => {
    const text = template({
      a: server(`[${role('m', '{ x: { get_param: none } }')}]`),
      b: server(`[{ name: n, comand: [x] }]`),
      c: plain.replace('OS::Nova::Server', 'OS::Nova::Server, depends_on: nothing'),
    });
    expect(errorsOf(text).map((error) => /^template\.yaml:(\d+: E_[A-Z]+)/.exec(error)?.[1])).toEqual([
      '4: E_PARAM',
      '5: E_KEY',
      '6: E_REF',
    ]);
  });
});
