import { isHeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { templateKind } from '../src/index.ts';
import { att, type CfnResource, cfnRole, cfnTemplate, instance, join, novaServer, ref } from './support/cfn.ts';
import { compiled, expressionOf } from './support/compile.ts';

const db = instance([cfnRole('mysql', {}, { port: 'mysql.port', disks: 'mysql.disks' })]);
const password = { Type: 'OS::Heat::RandomString' };

/** A template in which Web reads one input, beside Db and a random string. */
const reading = (input: unknown): string =>
  cfnTemplate({ Db: db, Pw: password, Web: instance([cfnRole('app', { x: input })]) });

const port = { kind: 'reference', node: 'db', output: 'port', segments: [] };
const s0 = { kind: 'static', id: 's0' };

/** All errors of a template: one text each. */
function errorsOf(text: string): readonly string[] {
  try {
    compiled(text, { file: 't.json' });
    return [];
  } catch (thrown) {
    if (!isHeddleError(thrown) || thrown.code !== 'plan-invalid') throw thrown;
    return thrown.notes.length === 0 ? [thrown.message] : thrown.notes;
  }
}

interface Emitted {
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, CfnResource>>;
  readonly Outputs: unknown;
}
const emitted = (text: string) => JSON.parse(compiled(text).template) as Emitted;

describe('a reference in a CloudFormation template', () => {
  it.each<[string, unknown, unknown]>([
    ['a constant', { a: [1, 'x'] }, { kind: 'constant', value: { a: [1, 'x'] } }],
    ['a parameter', ref('Size'), s0],
    ['an attribute that Heat knows', att('Db', 'PrivateIp'), s0],
    ['the id of another resource', ref('Pw'), s0],
    ['a function over what Heat knows, as a whole', join(att('Db', 'PrivateIp'), ref('Size')), s0],
    ['a text for user data', { 'Fn::Base64': ref('Size') }, s0],
    ['an output of a role', att('Db', 'port'), port],
    ['a part of an output', att('Db', 'disks', 'a', 0), { ...port, output: 'disks', segments: ['a', 0] }],
    ['a part by Fn::Select', { 'Fn::Select': ['0', att('Db', 'disks')] }, { ...port, output: 'disks', segments: [0] }],
    [
      'Fn::Join over an output: Heat resolves the rest',
      join(ref('Size'), ':', att('Db', 'port')),
      {
        kind: 'call',
        function: 'list_join',
        argument: {
          kind: 'list',
          items: [
            { kind: 'constant', value: '' },
            { kind: 'list', items: [s0, { kind: 'constant', value: ':' }, port] },
          ],
        },
      },
    ],
    [
      'Fn::Replace over an output',
      { 'Fn::Replace': [{ P: att('Db', 'port') }, 'port P'] },
      {
        kind: 'call',
        function: 'str_replace',
        argument: {
          kind: 'map',
          entries: [
            ['template', { kind: 'constant', value: 'port P' }],
            ['params', { kind: 'map', entries: [['P', port]] }],
          ],
        },
      },
    ],
    [
      'a list of what Heat knows, by its items: no text can carry it',
      [ref('Size'), { more: ref('Port') }],
      { kind: 'list', items: [s0, { kind: 'map', entries: [['more', { kind: 'static', id: 's1' }]] }] },
    ],
  ])('reads %s', (_, input, expression) => {
    expect(expressionOf(compiled(reading(input)), 'web')).toEqual(expression);
  });

  it('stays with its name in the report', () => {
    const { references } = compiled(reading(join(ref('Size'), att('Db', 'PublicIp'))));
    expect(references.map(({ reference, by }) => [reference, by])).toEqual([
      ['Size', 'Ref'],
      ['Db.PublicIp', 'Fn::GetAtt'],
    ]);
  });

  it.each(['PrivateIp', 'PublicIp', 'PrivateDnsName', 'PublicDnsName'])(
    'is exchanged when it is the %s of an instance that needs the reader',
    (attribute) => {
      const made = compiled(
        cfnTemplate({
          A: instance([cfnRole('one', { x: att('B', attribute) })]),
          B: instance([cfnRole('two', { x: att('A', attribute) })]),
        }),
      );
      expect(expressionOf(made, 'a')).toEqual({ ...port, node: 'b', output: 'first_address' });
    },
  );

  it('to a parameter with NoEcho is secret', () => {
    const { plan } = compiled(reading(ref('Key')));
    expect(plan.warnings).toEqual([expect.stringContaining('W_SECRET')]);
    expect(plan.nodes.flatMap(({ roles }) => roles.flatMap(({ inputs }) => inputs))).toMatchObject([
      { sensitive: true },
    ]);
  });
});

describe('the emitted CloudFormation template', () => {
  const more = {
    Outputs: { Port: { Value: att('Db', 'port') }, Disk: { Value: { 'Fn::Select': ['0', att('Db', 'disks')] } } },
  };
  const { Parameters, Resources, Outputs } = emitted(cfnTemplate({ Db: db, Web: novaServer(['web']) }, more));

  it('has no roles, and a wait for each server', () => {
    expect(Object.keys(Resources)).toEqual(
      ['Db', 'Web'].flatMap((name) => [`heddle_handle_${name}`, name, `heddle_wait_${name}`]),
    );
    expect(Resources['Db']).not.toHaveProperty('Metadata');
    expect(Resources['heddle_handle_Db']).toEqual({ Type: 'OS::Heat::WaitConditionHandle' });
    expect(Resources['heddle_wait_Db']).toEqual({
      Type: 'OS::Heat::WaitCondition',
      DependsOn: 'Db',
      Properties: { handle: ref('heddle_handle_Db'), timeout: 3600, count: 1 },
    });
    expect(Resources['Web']).toMatchObject({ Properties: { user_data_format: 'RAW' } });
    expect(Parameters['heddle_store']).toMatchObject({
      Type: 'String',
      NoEcho: 'true',
      Default: 'zk://10.0.0.5:2181/heddle',
    });
    expect(Parameters['heddle_epoch']).not.toHaveProperty('NoEcho');
  });

  it('shows what a role has written, not JSON with it', () => {
    const value = (output: string) => ({
      'Fn::Select': [output, { 'Fn::Select': ['db', att('heddle_wait_Db', 'data')] }],
    });
    expect(Outputs).toEqual({
      Port: { Value: value('port') },
      Disk: { Value: { 'Fn::Select': ['0', value('disks')] } },
    });
  });

  it('has the wait of CloudFormation itself with CFN_SIGNAL, whose signature is valid for a short time', () => {
    const { template, plan } = compiled(cfnTemplate({ Db: db }), { signalTransport: 'CFN_SIGNAL' });
    expect((JSON.parse(template) as Emitted).Resources).toMatchObject({
      heddle_handle_Db: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      heddle_wait_Db: {
        Type: 'AWS::CloudFormation::WaitCondition',
        DependsOn: 'Db',
        Properties: { Handle: ref('heddle_handle_Db'), Timeout: 3600, Count: 1 },
      },
    });
    expect(plan.warnings).toEqual([expect.stringContaining('W_TIMEOUT: Heat waits up to 3600 s for "Db"')]);
  });

  it('is the template itself when nothing has roles', () => {
    const text = cfnTemplate({ A: { Type: 'AWS::EC2::Instance', Properties: { UserData: { 'Fn::Base64': 'x' } } } });
    expect(JSON.parse(compiled(text).template)).toEqual(JSON.parse(text));
  });
});

// The first resource stands on line 13, the next ones below it.
describe('an error in a CloudFormation template', () => {
  it.each<[string, string, string]>([
    [
      'E_REF',
      reading(ref('Sise')),
      '15: E_REF: there is neither a resource nor a parameter "Sise"; did you mean "Size"?',
    ],
    [
      'E_REF of no name',
      reading({ Ref: 5 }),
      '15: E_REF: Ref takes a name, and this is a number: put quotes around the name',
    ],
    [
      'E_REF of a shape',
      reading({ 'Fn::GetAtt': 'Db.port' }),
      '15: E_REF: Fn::GetAtt takes a list of names: [RESOURCE, ATTRIBUTE]',
    ],
    [
      'E_REF of segments',
      reading(att('Pw', 'value', 'x')),
      '15: E_REF: Heat takes two names here: write {"Fn::Select": [KEY, {"Fn::GetAtt": ["Pw", "value"]}]}',
    ],
    [
      'E_ATTR',
      reading(att('Pw', 'valu')),
      '15: E_ATTR: "Pw" (OS::Heat::RandomString) has no attribute "valu"; did you mean "value"?',
    ],
    [
      'E_RTPROP',
      cfnTemplate({ Db: db, Ip: { Type: 'AWS::EC2::EIP', Properties: { InstanceId: att('Db', 'port') } } }),
      '14: E_RTPROP: the output "port" of "Db" exists only at run time, so no property can take it: read it as an input of a role',
    ],
    [
      'E_RTFN',
      reading({ 'Fn::FindInMap': ['Sizes', att('Db', 'port'), 'x'] }),
      '15: E_RTFN: Fn::FindInMap cannot be evaluated at run time, where a value in it comes from: ',
    ],
    [
      'E_RTFN of what Heat cannot validate',
      reading({ 'Fn::Select': ['0', { 'Fn::Split': [',', att('Pw', 'value')] }] }),
      '15: E_RTFN: Heat validates with attributes that are not known yet, which Fn::Split does not survive',
    ],
    [
      'E_SHADOW',
      cfnTemplate({ A: novaServer([cfnRole('a', {}, { name: 'ip' })]) }),
      '13: E_SHADOW: "name" is an attribute',
    ],
    [
      'E_SIZE',
      cfnTemplate({ A: instance([cfnRole('a')], { UserData: `#!/bin/sh\n#${'x'.repeat(33_000)}` }) }),
      '13: E_SIZE: the user data of "A" has at least 5',
    ],
    ['E_USERDATA of a map', reading(ref('Tree')), '15: E_USERDATA: what Ref gives is no text, number or list of texts'],
    [
      'E_USERDATA of the user’s own',
      cfnTemplate({ A: instance([cfnRole('a')], { UserData: ref('Size') }) }),
      '13: E_USERDATA: user data beside roles has to be a script whose first characters, "#!", stand in the template',
    ],
    [
      'E_GROUP',
      cfnTemplate({ L: { Type: 'AWS::AutoScaling::LaunchConfiguration', Metadata: { roles: ['web'] } } }),
      '13: E_GROUP: roles on the members of a group are not supported in CloudFormation templates',
    ],
    [
      'E_GROUP of a group in HOT',
      cfnTemplate({
        G: {
          Type: 'OS::Heat::ResourceGroup',
          Properties: { resource_def: { type: 'OS::Nova::Server', metadata: { roles: [5] } } },
        },
      }),
      '13: E_GROUP: roles on the members of a group are not supported in CloudFormation templates',
    ],
    [
      'E_KEY',
      cfnTemplate({ A: { ...instance([cfnRole('a')]), type: 'x' } }),
      '13: E_KEY: a resource has no key "type"; did you mean "Type"?',
    ],
    [
      'E_KEY of a section',
      cfnTemplate({}, { resources: {} }),
      '15: E_KEY: a template has no key "resources"; did you mean "Resources"?',
    ],
    [
      'E_KEY of conditions',
      cfnTemplate({}, { Conditions: {} }, { HeatTemplateFormatVersion: '2012-12-12' }),
      '15: E_KEY: a template has no key "Conditions"; ',
    ],
    [
      'E_REF of a condition',
      cfnTemplate(
        { A: instance([cfnRole('a')], {}, { Condition: 'Bug' }) },
        { Conditions: { Big: { 'Fn::Equals': ['a', 'b'] } } },
      ),
      '13: E_REF: there is no condition "Bug"; did you mean "Big"?',
    ],
    [
      'E_REF of a condition that Fn::If asks for',
      cfnTemplate(
        { A: instance([cfnRole('a', { x: { 'Fn::If': ['Bug', 'b', 'c'] } })]) },
        { Conditions: { Big: { 'Fn::Equals': ['a', 'b'] } } },
      ),
      '13: E_REF: there is no condition "Bug"; did you mean "Big"?',
    ],
    [
      'E_NAME of an output',
      cfnTemplate({}, { Outputs: { heddle_x: { Value: 'x' } } }),
      '16: E_NAME: "heddle_x": names that start with heddle_ are for what Heddle adds',
    ],
    [
      'E_PARAM of a condition',
      cfnTemplate({}, { Conditions: { Big: { 'Fn::Not': [{ 'Fn::Equals': [ref('Sise'), 'b'] }] } } }),
      '16: E_PARAM: there is no parameter "Sise"; did you mean "Size"?',
    ],
    ['E_RESOURCE', cfnTemplate({ A: {} }), '13: E_RESOURCE: the resource "A" needs a Type'],
    [
      'E_VERSION',
      cfnTemplate({}, {}, { AWSTemplateFormatVersion: '2010-09-10' }),
      '2: E_VERSION: Heat has no AWSTemplateFormatVersion "2010-09-10"; did you mean "2010-09-09"?',
    ],
    [
      'E_CYCLE_LATE',
      cfnTemplate({ A: instance([cfnRole('a', { x: ref('A') })]) }),
      '13: E_CYCLE_LATE: the id of "A" is not known before "A" exists',
    ],
    [
      'E_CYCLE_LATE by an order that Heat makes up',
      cfnTemplate({
        A: instance([cfnRole('a', { x: ref('Gate') })]),
        Gate: { Type: 'AWS::EC2::VPCGatewayAttachment', Properties: { VpcId: 'v', InternetGatewayId: 'g' } },
        Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: 'v' }, DependsOn: 'A' },
      }),
      '13: E_CYCLE_LATE: the id of "Gate" needs "Gate" before "A"',
    ],
  ])('%s stands with its line', (_, text, error) => {
    expect(errorsOf(text)).toEqual([expect.stringContaining(`t.json:${error}`)]);
  });
});

describe('a text', () => {
  it.each([
    ['{"AWSTemplateFormatVersion": "2010-09-09"}', 'cfn'],
    ["AWSTemplateFormatVersion: '2010-09-09'\n", 'cfn'],
    ["HeatTemplateFormatVersion: '2012-12-12'\n", 'cfn'],
    ['heat_template_version: 2013-05-23\n', 'hot'],
    ['heddle: 1\n', undefined],
  ])('%s is known by its version', (text, kind) => {
    expect(templateKind(text)).toBe(kind);
  });
});

it('Fn::If over an output is a choice by text, the one thing that functions of CloudFormation carry', () => {
  const input = { 'Fn::If': ['Big', att('Db', 'port'), ref('Size')] };
  const text = JSON.stringify({
    ...(JSON.parse(reading(input)) as object),
    Conditions: { Big: { 'Fn::Equals': [ref('Size'), 'big'] } },
  });
  expect(expressionOf(compiled(text), 'web')).toEqual({
    kind: 'choice',
    by: 's0',
    expected: 'false',
    cases: [
      ['true', port],
      ['false', { kind: 'static', id: 's1' }],
    ],
  });
});

it('what only Heat has in time is an output of the stack in this format, too', () => {
  expect(emitted(reading({ $value: ref('Pw'), sensitive: true })).Outputs).toMatchObject({
    heddle_late_pw_value: { Value: att('Pw', 'value') },
  });
});
