import { describe, expect, it } from 'vitest';
import { compiled, expressionOf, role, server, template } from './support/compile.ts';

const db = server(`[${role('mysql', '{}', '{ port: mysql.port, secret: { path: mysql.secret, sensitive: true } }')}]`);
const port = { type: 'OS::Neutron::Port', properties: { network: 'n' } };

/** A template in which web reads one input, beside db, a port and a random string. */
function reading(input: string): string {
  return template({
    db,
    pw: '{ type: OS::Heat::RandomString }',
    port: JSON.stringify(port),
    web: server(`[${role('app', `{ x: ${input} }`)}]`),
  });
}

describe('a reference in an input', () => {
  it.each<[string, string, unknown]>([
    ['a constant', '{ a: [1, "x"] }', { kind: 'constant', value: { a: [1, 'x'] } }],
    ['a parameter', '{ get_param: size }', { kind: 'static', id: 's0' }],
    ['an attribute that Heat knows', '{ get_attr: [db, first_address] }', { kind: 'static', id: 's0' }],
    ['the id of another resource', '{ get_resource: port }', { kind: 'static', id: 's0' }],
    ['a file', '{ get_file: motd }', { kind: 'static', id: 's0' }],
    [
      'a function over what Heat knows, as a whole',
      '{ str_replace: { template: HxP, params: { H: { get_attr: [db, first_address] }, P: { get_param: size } } } }',
      { kind: 'static', id: 's0' },
    ],
    [
      'an output of a role',
      '{ get_attr: [db, port] }',
      { kind: 'reference', node: 'db', output: 'port', segments: [] },
    ],
    [
      'a part of an output',
      '{ get_attr: [db, port, disks, 0] }',
      { kind: 'reference', node: 'db', output: 'port', segments: ['disks', 0] },
    ],
    [
      'a function over an output: Heat resolves the rest',
      '{ str_replace: { template: HxP, params: { H: { get_attr: [db, first_address] }, P: { get_attr: [db, port] } } } }',
      {
        kind: 'call',
        function: 'str_replace',
        argument: {
          kind: 'map',
          entries: [
            ['template', { kind: 'constant', value: 'HxP' }],
            [
              'params',
              {
                kind: 'map',
                entries: [
                  ['H', { kind: 'static', id: 's0' }],
                  ['P', { kind: 'reference', node: 'db', output: 'port', segments: [] }],
                ],
              },
            ],
          ],
        },
      },
    ],
    [
      'a list with an output in it',
      '[{ get_param: size }, { get_attr: [db, port] }, { get_param: size }]',
      {
        kind: 'list',
        items: [
          { kind: 'static', id: 's0' },
          { kind: 'reference', node: 'db', output: 'port', segments: [] },
          { kind: 'static', id: 's0' },
        ],
      },
    ],
  ])('to %s', (_, input, expression) => {
    expect(expressionOf(compiled(reading(input)), 'web')).toEqual(expression);
  });

  it('to an own output is local in the same role, and awaited in a later one', () => {
    const first = role('first', '{ x: { get_attr: [web, made] } }', '{ made: made }');
    const later = role('later', '{ x: { get_attr: [web, made] } }');
    const { plan } = compiled(template({ web: server(`[${first}, ${later}]`) }));
    expect(plan.nodes[0]?.roles.map(({ inputs }) => inputs[0]?.expression)).toEqual([
      { kind: 'local', output: 'made', segments: [] },
      { kind: 'reference', node: 'web', output: 'made', segments: [] },
    ]);
  });
});

describe('a cycle of servers', () => {
  const crossed = template({
    a: server(`[${role('one', '{ x: { get_attr: [b, first_address] } }')}]`),
    b: server(`[${role('two', '{ x: { get_attr: [a, first_address] } }')}]`),
    c: server(`[${role('three', '{ x: { get_attr: [a, first_address] } }')}]`),
  });

  it('is cut by addresses that the machines publish themselves, in a first role of their own', () => {
    const { plan, references } = compiled(crossed);
    expect(plan.nodes.map(({ name, roles }) => [name, roles.map(({ name }) => name)])).toEqual([
      ['a', ['machine', 'one']],
      ['b', ['machine', 'two']],
      ['c', ['three']],
    ]);
    expect(plan.nodes[0]?.roles[0]).toMatchObject({
      adapter: 'machine',
      outputs: [{ name: 'first_address', path: ['first_address'] }],
    });
    expect(expressionOf(compiled(crossed), 'a')).toEqual({
      kind: 'reference',
      node: 'b',
      output: 'first_address',
      segments: [],
    });
    expect(references.map(({ node, reference, resolved }) => [node, reference, resolved])).toEqual([
      ['a', 'b.first_address', 'at run time'],
      ['b', 'a.first_address', 'at run time'],
      ['c', 'a.first_address', 'by Heat'],
    ]);
  });

  it('may lead through other resources', () => {
    const text = template({
      a: server(`[${role('one', '{ x: { get_attr: [b, name] } }')}]`),
      b: server(`[${role('two')}]`, '', ', depends_on: v'),
      v: '{ type: OS::Cinder::Volume, properties: { size: 1, description: { get_attr: [a, first_address] } } }',
    });
    expect(expressionOf(compiled(text), 'a')).toMatchObject({ kind: 'reference', node: 'b', output: 'name' });
  });

  it('of a server with itself is one too', () => {
    const text = template({ a: server(`[${role('one', '{ x: { get_attr: [a, first_address] } }')}]`) });
    expect(expressionOf(compiled(text), 'a')).toMatchObject({ kind: 'reference', node: 'a', output: 'first_address' });
  });
});

describe('a secret', () => {
  it.each([
    ['a random string', '{ get_attr: [pw, value] }'],
    ['a hidden parameter inside text', '{ list_join: ["", [a, { get_param: key }]] }'],
  ])('%s makes the input sensitive, and there is a warning about the user data', (_, input) => {
    const { plan } = compiled(reading(input));
    expect(plan.nodes.find(({ name }) => name === 'web')?.roles[0]?.inputs[0]).toMatchObject({ sensitive: true });
    expect(plan.warnings).toEqual([expect.stringMatching(/^template\.yaml:7: W_SECRET: /)]);
  });

  it.each([
    ['the id of a random string, which is its value', '{ get_resource: pw }'],
    ['what a group of random strings gives', '{ get_attr: [rg, value] }'],
    ['the content of a secret of Barbican', '{ get_attr: [vault, decrypted_payload] }'],
    ['what is made of a random string', '{ get_attr: [made, value] }'],
    ['everything that the service tells of a secret', '{ get_attr: [pw, show] }'],
  ])('%s is one, too', (_, input) => {
    const text = template({
      pw: '{ type: OS::Heat::RandomString }',
      rg: '{ type: OS::Heat::ResourceGroup, properties: { resource_def: { type: OS::Heat::RandomString } } }',
      vault: '{ type: OS::Barbican::Secret }',
      inner:
        '{ type: OS::Heat::Value, properties: { value: { list_join: [":", [root, { get_attr: [pw, value] }]] } } }',
      made: '{ type: OS::Heat::Value, properties: { value: { get_attr: [inner, value] } } }',
      a: server(`[${role('app', `{ x: ${input} }`)}]`),
    });
    const { plan } = compiled(text);
    expect(plan.nodes[0]?.roles[0]?.inputs[0]).toMatchObject({ sensitive: true });
    expect(plan.warnings).toEqual([expect.stringMatching(/^template\.yaml:9: W_SECRET: /)]);
  });

  it.each([
    ['the content of a configuration with a hidden parameter in it', '{ get_attr: [conf, config] }'],
    ['the key of a tunnel', '{ get_attr: [tunnel, psk] }'],
    ['what signals a handle', '{ get_attr: [handle, curl_cli] }'],
    ['the signature of a queue', '{ get_attr: [queue, signature] }'],
    ['the signed URL of a policy', '{ get_attr: [policy, alarm_url] }'],
  ])('%s is one as well', (_, input) => {
    const text = template({
      a: server(`[${role('app', `{ x: ${input} }`)}]`),
      conf: '{ type: OS::Heat::SoftwareConfig, properties: { config: { list_join: ["", [pw=, { get_param: key }]] } } }',
      tunnel: '{ type: OS::Neutron::IPsecSiteConnection }',
      handle: '{ type: OS::Heat::WaitConditionHandle }',
      queue: '{ type: OS::Zaqar::SignedQueueURL }',
      policy: '{ type: OS::Heat::ScalingPolicy }',
    });
    const { plan } = compiled(text);
    expect(plan.nodes[0]?.roles[0]?.inputs[0]).toMatchObject({ sensitive: true });
    expect(plan.warnings).toEqual([expect.stringMatching(/^template\.yaml:4: W_SECRET: /)]);
  });

  it('is found in values that are made of one another many times over', () => {
    const values = Array.from({ length: 60 }, (_, index) => {
      const read = index === 0 ? '{ get_param: size }' : `{ get_attr: [v${index - 1}, value] }`;
      return [`v${index}`, `{ type: OS::Heat::Value, properties: { value: [${read}, ${read}] } }`] as const;
    });
    const a = server(`[${role('app', '{ x: { get_attr: [v59, value] } }')}]`);
    const { plan } = compiled(template({ ...Object.fromEntries(values), a }));
    expect(plan.nodes[0]?.roles[0]?.inputs[0]).toMatchObject({ sensitive: false });
  });

  it('output of a role makes the input sensitive, without a warning: it is in no user data', () => {
    const { plan } = compiled(reading('{ get_attr: [db, secret] }'));
    expect(plan.nodes.find(({ name }) => name === 'web')?.roles[0]?.inputs[0]).toMatchObject({ sensitive: true });
    expect(plan.warnings).toEqual([]);
  });

  it('is no other input', () => {
    const { plan } = compiled(reading('{ get_param: size }'));
    expect(plan.nodes.find(({ name }) => name === 'web')?.roles[0]?.inputs[0]).toMatchObject({ sensitive: false });
  });
});

it('roles that read values of one another are a warning with its line', () => {
  const text = template({
    a: server(`[${role('one', '{ x: { get_attr: [b, y] } }', '{ x: x }')}]`),
    b: server(`[${role('two', '{ x: { get_attr: [a, x] } }', '{ y: y }')}]`),
  });
  expect(compiled(text).plan.warnings).toEqual([
    'template.yaml:4: W_ROLE_CYCLE: a.one and b.two read values of one another: this ends well if each writes what the others need before it reads',
  ]);
});

it('a name of Chef stands for a role with its run list', () => {
  const { plan } = compiled(template({ a: server('[mysql, "role[web-server]", "recipe[shop::app]"]') }));
  expect(plan.nodes[0]?.roles.map(({ name, adapter, options }) => [name, adapter, options])).toEqual([
    ['mysql', 'chef', { kind: 'constant', value: { run_list: ['role[mysql]'] } }],
    ['web_server', 'chef', { kind: 'constant', value: { run_list: ['role[web-server]'] } }],
    ['shop_app', 'chef', { kind: 'constant', value: { run_list: ['recipe[shop::app]'] } }],
  ]);
});

it('deadline, missing and default are those of the long form, then of the role, then of the command line', () => {
  const inputs = '{ a: { $value: { get_attr: [b, y] }, deadline: 90s, default: 7 }, c: 1 }';
  const text = template({
    a: server(`[${role('one', inputs, '{}', ', deadline: 2m')}, ${role('two', '{ d: 1 }')}]`),
    b: server(`[${role('three', '{}', '{ y: y }')}]`),
  });
  const { plan } = compiled(text, { deadlineMs: 5000 });
  expect(plan.nodes[0]?.roles.flatMap(({ inputs }) => inputs)).toMatchObject([
    { deadlineMs: 90_000, missing: 'default', default: 7 },
    { deadlineMs: 120_000, missing: 'wait' },
    { deadlineMs: 5000, missing: 'wait' },
  ]);
});

it('after names a role of another server by the names of the template', () => {
  const text = template({
    Data_Base: server(`[${role('mysql')}]`),
    web: server(`[${role('app', '{}', '{}', ', after: [Data_Base.mysql]')}]`),
  });
  const { plan } = compiled(text);
  expect(plan.nodes.map(({ name }) => name)).toEqual(['data-base', 'web']);
  expect(plan.nodes[1]?.roles[0]?.after).toEqual([{ node: 'data-base', role: 'mysql' }]);
});

describe('an order that Heat makes up by itself', () => {
  const net = '{ type: OS::Neutron::Net }';
  const subnet = (network: string, more = '') =>
    `{ type: OS::Neutron::Subnet, properties: { cidr: 10.0.0.0/24, network: ${network}${more} } }`;
  const dns = server(`[${role('named', '{ x: { get_attr: [web, first_address] } }')}]`);
  const nameServer = ', dns_nameservers: [{ get_attr: [dns, first_address] }]';
  const of = (more: Readonly<Record<string, string>>) => expressionOf(compiled(template({ dns, ...more })), 'dns');
  const atRunTime = { kind: 'reference', node: 'web', output: 'first_address', segments: [] };
  const plain = (networks: string) => server(`[${role('app')}]`, `, networks: [${networks}]`);

  it.each<[string, Readonly<Record<string, string>>]>([
    [
      'a server after the subnets of its network',
      { net, sub: subnet('{ get_resource: net }', nameServer), web: plain('{ network: { get_resource: net } }') },
    ],
    [
      'a server after a subnet of which the network is not written',
      {
        sub: `{ type: OS::Neutron::Subnet, properties: { cidr: 10.0.0.0/24${nameServer} } }`,
        web: plain('{ network: other }'),
      },
    ],
    [
      'a port after the subnets of its network',
      {
        net,
        sub: subnet('{ get_resource: net }', nameServer),
        port: '{ type: OS::Neutron::Port, properties: { network_id: { get_resource: net } } }',
        web: plain('{ port: { get_resource: port } }'),
      },
    ],
    [
      'a floating address after the router to its network',
      {
        router: `{ type: OS::Neutron::Router, properties: { name: { get_attr: [dns, first_address] }, external_gateway_info: { network: public } } }`,
        ip: '{ type: OS::Neutron::FloatingIP, properties: { floating_network: public } }',
        web: server(`[${role('app')}]`, '', ', depends_on: ip'),
      },
    ],
    [
      'a gateway after the interfaces of its router',
      {
        face: `{ type: OS::Neutron::RouterInterface, properties: { router: r, subnet: { get_attr: [dns, first_address] } } }`,
        gate: '{ type: OS::Neutron::RouterGateway, properties: { router_id: r, network: public } }',
        web: server(`[${role('app')}]`, '', ', depends_on: gate'),
      },
    ],
  ])('closes a cycle, too: %s', (_, resources) => {
    expect(of(resources)).toEqual(atRunTime);
  });

  it('concerns resources of the same network only', () => {
    const sub = subnet('other', nameServer);
    expect(of({ net, sub, web: plain('{ network: { get_resource: net } }') })).toMatchObject({ kind: 'static' });
  });

  it('that is a cycle by itself is an error', () => {
    const sub = subnet('n', ', dns_nameservers: [{ get_attr: [web, first_address] }]');
    expect(() => of({ sub, web: plain('{ network: n }') })).toThrow(/E_CYCLE/);
  });
});

it('a value of run time can be made sensitive by who reads it', () => {
  const text = template({
    a: server(`[${role('app', '{ x: { $value: { get_attr: [b, p] }, sensitive: true }, y: { get_attr: [b, p] } }')}]`),
    b: server(`[${role('m', '{}', '{ p: p }')}]`),
  });
  const [app] = compiled(text).plan.nodes[0]?.roles ?? [];
  expect(app?.inputs.map(({ sensitive }) => sensitive)).toEqual([true, false]);
});
