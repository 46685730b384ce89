import { gunzipSync } from 'node:zlib';
import type { Plan } from '@heddle/core';
import {
  type AddCoordinatorOptions,
  addCoordinator,
  compileTemplate,
  coordinatorCloudConfig,
  coordinatorTemplate,
} from '@heddle/heat';
import { validateWithHeat } from '@heddle/testkit/heat';
import { describe, expect, it } from 'vitest';

const shop = (web = '', outputs = 'port: mysql.port') => `heat_template_version: 2018-08-31
parameters: { net: { type: string } }
resources:
  port: { type: OS::Neutron::Port, properties: { network: { get_param: net } } }
  db:
    type: OS::Nova::Server
    properties: { image: debian, flavor: m1.small, key_name: ops, networks: [{ port: { get_resource: port } }] }
    metadata: { roles: [{ name: mysql, chef: { run_list: ["recipe[mysql]"] }, outputs: { ${outputs} } }] }
  web:
    type: OS::Nova::Server
    properties: { image: debian, flavor: m1.small${web} }
    metadata: { roles: [{ name: app, chef: { run_list: ["recipe[app]"] }, inputs: { app.port: { get_attr: [db, port] } } }] }
`;

const plain = `heat_template_version: 2018-08-31
resources: { box: { type: OS::Nova::Server, properties: { image: debian, flavor: m1.small } } }
`;

function added(template: string, more: Partial<AddCoordinatorOptions> = {}): string {
  const compiled = compileTemplate(template, { file: 't.yaml', deployment: 'shop' });
  const planText = JSON.stringify(compiled.plan);
  return addCoordinator(compiled.template, {
    kind: 'zk',
    plan: compiled.plan,
    planText,
    planSha256: 'f'.repeat(64),
    ...more,
  });
}

interface File {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
  readonly encoding?: string;
}

/** The files that the resolved user data of a server writes. */
function filesOf(userData: unknown): ReadonlyMap<string, File> {
  const text = String(userData);
  const { write_files: files } = JSON.parse(text.slice(text.indexOf('\n') + 1)) as { write_files: readonly File[] };
  return new Map(files.map((file) => [file.path, file]));
}

describe('a coordinator', () => {
  it('is added so that Heat takes the template, and creates every machine after it', async () => {
    const network = {
      net: 'n',
      heddle_coordinator_network: 'n',
      heddle_bundle_url: 'http://h/b',
      heddle_bundle_sha256: 'a'.repeat(64),
    };
    const alone = {
      heddle_coordinator_network: 'n',
      heddle_coordinator_image: 'debian',
      heddle_coordinator_flavor: 'm1.small',
    };
    const answers = await validateWithHeat([
      { template: added(shop()), parameters: network },
      { template: added(shop(), { kind: 'etcd', planUrl: 'https://h/plan.json' }), parameters: network },
      { template: coordinatorTemplate('zk'), parameters: alone },
      { template: coordinatorTemplate('etcd'), parameters: alone },
    ]);
    expect(answers.map(({ error }) => error)).toEqual([null, null, null, null]);
    const edges = answers[0]?.edges.map((edge) => edge.join(' > '));
    expect(edges).toEqual(
      expect.arrayContaining([
        'db > heddle_coordinator',
        'web > heddle_coordinator',
        'heddle_coordinator_wait > heddle_coordinator',
      ]),
    );
    expect(edges?.filter((edge) => edge.startsWith('heddle_coordinator > ')).sort()).toEqual([
      'heddle_coordinator > heddle_coordinator_handle',
      'heddle_coordinator > heddle_coordinator_password',
    ]);

    const files = filesOf(answers[0]?.properties['heddle_coordinator']?.['user_data']);
    const { content = '', encoding, permissions } = files.get('/etc/heddle/plan.json') ?? {};
    expect({ encoding, permissions }).toEqual({ encoding: 'gz+b64', permissions: '0600' });
    const plan = JSON.parse(gunzipSync(Buffer.from(content, 'base64')).toString()) as Plan;
    expect(plan.nodes.map(({ name }) => name)).toEqual(['db', 'web']);
    expect(files.get('/etc/heddle/coordinator-password')?.permissions).toBe('0600');
    const script = files.get('/etc/heddle/coordinator.sh')?.content ?? '';
    expect(script).toContain('"$node" "$target" seed /etc/heddle/plan.json --access shared');

    const fetching = filesOf(answers[1]?.properties['heddle_coordinator']?.['user_data']);
    expect(fetching.has('/etc/heddle/plan.json')).toBe(false);
    expect(fetching.get('/etc/heddle/plan')?.content).toBe(`https://h/plan.json\n${'f'.repeat(64)}\n`);
    expect(filesOf(answers[2]?.properties['heddle_coordinator']?.['user_data']).has('/etc/heddle/bundle')).toBe(false);
  });

  it('has image, flavor and key of the first server with roles, and a network of its own where that has a port', () => {
    const { resources, parameters } = JSON.parse(added(shop())) as {
      resources: Record<string, { properties: Record<string, unknown> }>;
      parameters: Record<string, unknown>;
    };
    const { user_data: _, ...properties } = resources['heddle_coordinator']?.properties ?? {};
    expect(properties).toEqual({
      image: 'debian',
      flavor: 'm1.small',
      key_name: 'ops',
      networks: [{ network: { get_param: 'heddle_coordinator_network' } }],
      user_data_format: 'RAW',
    });
    expect(Object.keys(parameters).sort()).toEqual([
      'heddle_bundle_sha256',
      'heddle_bundle_url',
      'heddle_coordinator_network',
      'heddle_texts',
      'net',
    ]);
    expect(JSON.stringify(resources)).not.toMatch(/get_param":"heddle_(store|epoch)"/);
  });

  const guarded = (source: string) => `heat_template_version: 2018-08-31
resources:
  net: { type: OS::Neutron::Net }
  group:
    type: OS::Neutron::SecurityGroup
    properties: { rules: [{ remote_ip_prefix: { list_join: ['/', [${source}, '32']] } }] }
  bastion: { type: OS::Nova::Server, properties: { image: debian, flavor: m1.small, networks: [{ network: { get_resource: net } }] } }
  db:
    type: OS::Nova::Server
    properties:
      image: debian
      flavor: m1.small
      security_groups: [{ get_resource: group }]
      networks: [{ network: { get_attr: [net, name] } }]
    metadata: { roles: [{ name: mysql, chef: { run_list: ["recipe[mysql]"] } }] }
  web:
    type: OS::Nova::Server
    properties: { image: debian, flavor: m1.small, networks: [{ network: { get_resource: net } }] }
    metadata: { roles: [{ name: app, chef: { run_list: ["recipe[app]"] } }] }
`;

  it('asks for security groups with a rule that needs a server with roles, which Heat creates after it', async () => {
    const more = { heddle_bundle_url: 'http://h/b', heddle_bundle_sha256: 'a'.repeat(64) };
    const texts = ['bastion', 'web'].map((name) => added(guarded(`{ get_attr: [${name}, first_address] }`)));
    const own = { ...more, heddle_coordinator_security_groups: 'store,ssh' };
    const answers = await validateWithHeat([
      { template: texts[0] ?? '', parameters: more },
      { template: texts[1] ?? '', parameters: own },
    ]);
    expect(answers.map(({ error }) => error)).toEqual([null, null]);
    const [shared, asked] = texts.map(
      (text) => JSON.parse(text) as { resources: Record<string, { properties: object }> },
    );
    const networks = [{ network: { get_attr: ['net', 'name'] } }];
    expect(shared?.resources['heddle_coordinator']?.properties).toMatchObject({
      security_groups: [{ get_resource: 'group' }],
      networks,
    });
    expect(asked?.resources['heddle_coordinator']?.properties).toMatchObject({
      security_groups: { get_param: 'heddle_coordinator_security_groups' },
      networks,
    });
  });

  it.each<[string, () => string, string]>([
    [
      'whose roles wait for an output of the stack',
      () => added(shop('', 'port: mysql.port').replace('[db, port]', '[web, networks]')),
      'roles wait for web_networks, an output of the stack, and nobody copies outputs to the coordinator',
    ],
    ['without roles', () => added(plain), 'no server has roles, so nobody needs a coordinator'],
    [
      'with a sensitive output',
      () =>
        added(shop('', 'password: { path: mysql.password, sensitive: true }').replace('[db, port]', '[db, password]')),
      'the output db.password is sensitive, and machines reach the coordinator that is added without encryption',
    ],
    [
      'whose plan is too large',
      () => added(shop(), { planText: Array.from({ length: 40_000 }, (_, index) => (index * 7919) % 10_007).join() }),
      "bytes when it is packed, more than fit into the coordinator's user data",
    ],
  ])('a template %s gets none', (_, add, message) => {
    expect(add).toThrow(message);
  });

  it('without Heat is a cloud-config with the password in a file of its own', () => {
    const text = coordinatorCloudConfig('etcd', 'hush-hush');
    const files = filesOf(text);
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    expect(files.get('/etc/heddle/coordinator-password')).toMatchObject({
      content: 'hush-hush\n',
      permissions: '0600',
    });
    const others = [...files.values()].filter(({ path }) => path !== '/etc/heddle/coordinator-password');
    for (const { path, content } of others) expect(content, path).not.toContain('hush-hush');
    expect(files.get('/etc/heddle/coordinator.sh')?.content).toContain('tell() { :; }');
  });

  it('speaks the interface of etcd 3 with every etcdctl', () => {
    const script =
      filesOf(coordinatorCloudConfig('etcd', 'hush-hush')).get('/etc/heddle/coordinator.sh')?.content ?? '';
    const calls = script.match(/\S+ etcdctl (?=--)/g) ?? [];
    expect(calls.length).toBeGreaterThan(1);
    expect(new Set(calls.map((call) => call.replace(/^.*\(/, '')))).toEqual(new Set(['ETCDCTL_API=3 etcdctl ']));
  });
});
