import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import type { Expression } from '@heddle/core';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readNodeFile } from '../../cli/src/boot/node-file.ts';
import { type Validation, validateWithHeat } from '../../testkit/src/heat/validate.ts';
import { bootScript } from '../src/emit/boot-script.ts';
import type { SignalTransport } from '../src/emit/signal-transport.ts';
import { att, cfnRole, cfnTemplate, instance, join, novaServer, ref } from './support/cfn.ts';
import { compiled } from './support/compile.ts';

const nasty = `word"press 'x' \\\\ $HOME \`id\` %index% {{ x }} 😀 é\n\nlast line`;
const heatVersion = { HeatTemplateFormatVersion: '2012-12-12' };
const password = { Type: 'OS::Heat::RandomString' };
const mappings = {
  Mappings: {
    Sizes: { small: { Port: '80', Number: 80, Names: ['x', 'y'] }, large: { Port: '81', Number: 81, Names: ['z'] } },
  },
};
const twoServers = (make: typeof instance, address: string) => ({
  Pw: password,
  Db: make([
    cfnRole(
      'mysql',
      { 'mysql.allow': att('Web', address), 'mysql.password': att('Pw', 'value') },
      { port: 'mysql.port' },
    ),
  ]),
  Web: make([
    cfnRole('app', {
      url: {
        'Fn::Replace': [
          { HOST: att('Db', address), PORT: att('Db', 'port'), NAME: ref('Size') },
          'mysql://HOST:PORT/NAME',
        ],
      },
    }),
  ]),
});

/** Enriched templates by what is special about them; Heat has to accept what is emitted from each. */
const enriched: Readonly<Record<string, string>> = {
  'two instances that need each other': cfnTemplate(twoServers(instance, 'PrivateIp'), {
    Outputs: { Port: { Value: att('Db', 'port') }, Address: { Value: att('Web', 'PublicIp') } },
  }),
  'two servers of Nova that need each other': cfnTemplate(twoServers(novaServer, 'first_address')),
  'the version of 2012': cfnTemplate(twoServers(instance, 'PrivateIp'), {}, heatVersion),
  'values of every kind': cfnTemplate(
    {
      Pw: password,
      A: instance([
        cfnRole('one', {
          text: ref('Size'),
          joined: join(ref('Size'), '-', att('Pw', 'value')),
          number: ref('Port'),
          ratio: ref('Ratio'),
          flag: ref('Flag'),
          names: ref('Names'),
          name: { 'Fn::Select': ['1', ref('Names')] },
          entry: { 'Fn::Select': ['one', ref('Tree')] },
          tree: { deep: [ref('Size'), 1, { more: ref('Port') }] },
          mapped: { 'Fn::FindInMap': ['Sizes', 'small', 'Number'] },
          mappedNames: { 'Fn::FindInMap': ['Sizes', 'large', 'Names'] },
          encoded: { 'Fn::Base64': ref('Size') },
          id: ref('Pw'),
          stack: ref('AWS::StackName'),
          zones: { 'Fn::GetAZs': '' },
          constant: 'yes',
        }),
      ]),
    },
    mappings,
  ),
  'a chain of instances that Heat resolves': cfnTemplate({
    A: instance([cfnRole('one')]),
    B: instance([cfnRole('two', { x: att('A', 'PublicIp') })]),
  }),
  'an instance with a condition': cfnTemplate(
    { A: instance([cfnRole('one', { x: { 'Fn::If': ['Big', 'large', ref('Size')] } })], {}, { Condition: 'Big' }) },
    { Conditions: { Big: { 'Fn::Equals': [ref('Size'), 'm1.small'] } } },
  ),
  'user data of the user’s own': cfnTemplate({
    A: instance([cfnRole('one')], { UserData: { 'Fn::Base64': join('#!/bin/sh\necho "size ', ref('Size'), '"\n') } }),
    B: novaServer([cfnRole('one')], { user_data: '#!/bin/sh\nexit 3\n' }),
  }),
  'metadata and dependencies of the user': cfnTemplate({
    V: password,
    A: {
      ...instance([cfnRole('one')], {}, { DependsOn: ['V'] }),
      Metadata: { 'AWS::CloudFormation::Init': { config: { packages: {} } }, roles: ['backup'] },
    },
  }),
  'a server in YAML': [
    "AWSTemplateFormatVersion: '2010-09-09'",
    'Resources:',
    '  Web:',
    '    Type: OS::Nova::Server',
    '    Properties: { image: i, flavor: f }',
    '    Metadata:',
    '      roles:',
    '        - name: app',
    "          command: ['true']",
    '          inputs: { stack: { Ref: AWS::StackName } }',
    '',
  ].join('\n'),
  'volumes and addresses': cfnTemplate({
    Ip: { Type: 'AWS::EC2::EIP', Properties: { InstanceId: ref('A') } },
    A: instance([cfnRole('one', { x: att('B', 'AvailabilityZone') })], {
      KeyName: 'k',
      Tags: [{ Key: 'a', Value: 'b' }],
    }),
    B: instance([cfnRole('two', {}, { list: 'l' })]),
    C: instance([cfnRole('three', { x: { 'Fn::Select': ['0', att('B', 'list')] } })]),
  }),
};

/** How the machines of a template signal, where not by default. */
const signals: Readonly<Record<string, SignalTransport>> = {
  'values of every kind': 'CFN_SIGNAL',
  'two servers of Nova that need each other': 'CFN_SIGNAL',
  'a server in YAML': 'HEAT_SIGNAL',
};

/** Templates without roles that Heat accepts. */
const plain: Readonly<Record<string, string>> = {
  'an instance with metadata': cfnTemplate({
    A: {
      Type: 'AWS::EC2::Instance',
      Properties: {
        ImageId: 'i',
        InstanceType: ref('Size'),
        UserData: { 'Fn::Base64': join('#!/bin/sh\n', ref('Size')) },
      },
      Metadata: { 'AWS::CloudFormation::Init': { config: {} } },
    },
    Ip: { Type: 'AWS::EC2::EIP', Properties: { InstanceId: ref('A') } },
  }),
  'YAML with scalars of many kinds': [
    "HeatTemplateFormatVersion: '2012-12-12'",
    'Parameters: { Own: { Type: String, Default: yes }, Port: { Type: Number, Default: 0755 } }',
    'Resources:',
    '  B:',
    '    Type: OS::Nova::Server',
    '    Properties: { image: 1:30, flavor: f, user_data: 2020-01-01, name: 1e3, key_name: 1_000, availability_zone: { Ref: Port } }',
    '    DependsOn: V',
    '  V: { Type: OS::Heat::RandomString }',
    'Outputs: { O: { Value: { Ref: B } } }',
    '',
  ].join('\n'),
};

describe('a template without roles', () => {
  it('has the same order and the same properties for Heat when it is compiled', async () => {
    const texts = Object.values(plain);
    const all = await validateWithHeat(
      [...texts, ...texts.map((text) => compiled(text).template)].map((template) => ({ template })),
    );
    for (const [index, name] of Object.keys(plain).entries()) {
      expect(all[index]?.error, name).toBeNull();
      expect(all[index]?.edges.length, name).toBeGreaterThan(0);
      expect(all[texts.length + index], name).toEqual(all[index]);
    }
  });
});

describe('Heat', () => {
  const names = Object.keys(enriched);
  let results: readonly Validation[];
  const resultOf = (name: string) => results[names.indexOf(name)];

  beforeAll(async () => {
    results = await validateWithHeat(
      names.map((name) => ({
        template: compiled(enriched[name] ?? '', {
          content: { url: 'http://c', sha256: 'cd'.repeat(32) },
          ...(signals[name] && { signalTransport: signals[name] }),
        }).template,
        parameters: name === 'values of every kind' ? { Size: nasty, Names: 'x y,é"' } : {},
      })),
    );
  });

  it.each(names)('accepts the template emitted from %s', (name) => {
    expect(resultOf(name)?.error).toBeNull();
  });

  it('creates instances that need each other beside each other', () => {
    const edges = resultOf('two instances that need each other')?.edges ?? [];
    expect(edges.filter(([from]) => from === 'Db' || from === 'Web')).toEqual([
      ['Db', 'Pw'],
      ['Db', 'heddle_handle_Db'],
      ['Web', 'heddle_handle_Web'],
    ]);
  });

  it('keeps the order of instances where it can resolve their addresses', () => {
    expect(resultOf('a chain of instances that Heat resolves')?.edges).toContainEqual(['B', 'A']);
  });

  it('makes a script that gives the machine every kind of value as it is', async () => {
    const { root } = await runScript(String(resultOf('values of every kind')?.properties['A']?.['UserData']));
    const file = await readNodeFile(joinPath(root, 'etc/heddle/node.json'));
    expect(file).toMatchObject({
      node: 'a',
      epoch: '1',
      store: 'zk://10.0.0.5:2181/heddle',
      content: { url: 'http://c' },
    });
    expect(inputsOf(enriched['values of every kind'] ?? '', file.static)).toEqual({
      text: nasty,
      joined: `${nasty}-`,
      number: 3306,
      ratio: 1.5,
      flag: true,
      names: ['x y', 'é"'],
      name: 'é"',
      entry: '1',
      tree: { deep: [nasty, 1, { more: 3306 }] },
      mapped: 80,
      mappedNames: ['z'],
      encoded: nasty,
      id: 'Pw',
      stack: 'teststack',
      zones: ['nova'],
      constant: 'yes',
    });
    const texts = await readdir(joinPath(root, 'etc/heddle/texts'));
    expect(texts.length).toBeGreaterThan(10);
    for (const name of ['node.json', 'bundle', 'signal.curl', ...texts.map((text) => `texts/${text}`)]) {
      expect((await stat(joinPath(root, 'etc/heddle', name))).mode & 0o777, name).toBe(0o600);
    }
    expect(await readFile(joinPath(root, 'etc/heddle/boot.sh'), 'utf8')).toBe(
      bootScript.replaceAll('/etc/', `${root}/etc/`),
    );
    expect(await readFile(joinPath(root, 'etc/heddle/signal.curl'), 'utf8')).toBe(
      'url = "heddle_handle_A"\nrequest = "PUT"\nheader = "Content-Type:"\n',
    );
  });

  it('makes a script that runs user data of the user’s own first, and starts the machine however that ends', async () => {
    const properties = resultOf('user data of the user’s own')?.properties ?? {};
    const first = await runScript(String(properties['A']?.['UserData']));
    expect(first.output).toBe('size m1.small\nstarted');
    const second = await runScript(String(properties['B']?.['user_data']));
    expect(second.output).toBe("the template's own user data ended with 3\nstarted");
  });
});

/** Run user data below a folder of its own; what it starts at the end says so instead. */
async function runScript(script: string): Promise<{ readonly root: string; readonly output: string }> {
  const root = await mkdtemp(joinPath(tmpdir(), 'heddle-cfn-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(joinPath(root, 'bin'));
  const starter = joinPath(root, 'bin/sh');
  await writeFile(starter, '#!/bin/sh\necho started\n', { mode: 0o755 });
  const file = joinPath(root, 'user-data');
  await writeFile(file, script.replaceAll('/etc/', `${root}/etc/`), { mode: 0o700 });
  const { all } = await execa(file, [], { all: true, env: { PATH: `${root}/bin:${process.env['PATH']}` } });
  return { root, output: all };
}

/** What the inputs of the only role in a template become with the values that Heat gives the machine. */
function inputsOf(template: string, values: Readonly<Record<string, unknown>>): unknown {
  const valueOf = (expression: Expression): unknown => {
    switch (expression.kind) {
      case 'constant':
        return expression.value;
      case 'static':
        return values[expression.id];
      case 'list':
        return expression.items.map(valueOf);
      case 'map':
        return Object.fromEntries(expression.entries.map(([key, value]) => [key, valueOf(value)]));
      default:
        throw new Error(`${expression.kind} is no constant`);
    }
  };
  const inputs = compiled(template).plan.nodes.flatMap(({ roles }) => roles.flatMap((role) => role.inputs));
  return Object.fromEntries(inputs.map(({ path, expression }) => [path.join('.'), valueOf(expression)]));
}
