import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Validation, validateWithHeat } from '../../testkit/src/heat/validate.ts';
import { bootScript } from '../src/emit/boot-script.ts';
import { signalScript } from '../src/emit/signal-script.ts';
import { compiled, group, role, scalingGroup, server, template } from './support/compile.ts';

const twoServers = await readFile(new URL('../../../examples/two-servers/template.yaml', import.meta.url), 'utf8');
const versions = [
  '2013-05-23',
  '2014-10-16',
  '2015-04-30',
  '2015-10-15',
  '2016-04-08',
  'newton',
  'ocata',
  'pike',
  'queens',
  'rocky',
  'wallaby',
];

const nasty = `word"press 'x' \\\\ $HOME %index% {{ x }} 😀 é`;

/** Enriched templates by what is special about them; Heat has to accept what is emitted from each. */
const enriched: Readonly<Record<string, string>> = {
  'the example': twoServers,
  ...Object.fromEntries(
    versions.map((version) => [
      `version ${version}`,
      template(
        {
          pw: '{ type: OS::Heat::RandomString }',
          db: server(
            `[${role('m', '{ x: { get_attr: [web, first_address] }, y: { get_attr: [pw, value] } }', '{ port: p }')}]`,
          ),
          web: server(
            `[${role('app', '{ u: { str_replace: { template: H:P, params: { H: { get_attr: [db, first_address] }, P: { get_attr: [db, port] } } } } }')}]`,
          ),
        },
        'outputs:\n  port:\n    value: { get_attr: [db, port] }\n',
        version,
      ),
    ]),
  ),
  'a chain of servers that Heat resolves': template({
    a: server(`[${role('one')}]`),
    b: server(`[${role('two', '{ x: { get_attr: [a, first_address] } }')}]`),
  }),
  'values of every type': template({
    a: server(
      `[${role('one', '{ x: { list_join: ["-", ["😀", { get_param: size }]] }, y: [{ get_param: size }, 1, 1.5, null], z: { deep: { get_param: size } } }')}]`,
    ),
  }),
  'a server with a condition': template(
    { a: server(`[${role('one')}]`, '', ', condition: big') },
    'conditions: { big: { equals: [{ get_param: size }, m1.small] } }\n',
  ),
  'orders of network resources that Heat makes up': template({
    dns: server(
      `[${role('named', '{ x: { get_attr: [web, first_address] }, y: { get_attr: [mail, first_address] } }')}]`,
    ),
    net: '{ type: OS::Neutron::Net }',
    sub: '{ type: OS::Neutron::Subnet, properties: { cidr: 10.0.0.0/24, network: { get_resource: net }, dns_nameservers: [{ get_attr: [dns, first_address] }] } }',
    port: '{ type: OS::Neutron::Port, properties: { network: { get_resource: net } } }',
    router: '{ type: OS::Neutron::Router, properties: { external_gateway_info: { network: { get_resource: net } } } }',
    ip: '{ type: OS::Neutron::FloatingIP, properties: { floating_network: { get_resource: net } } }',
    web: server(`[${role('app')}]`, ', networks: [{ network: { get_resource: net } }]'),
    mail: server(`[${role('app')}]`, ', networks: [{ port: { get_resource: port } }]', ', depends_on: ip'),
  }),
  'attributes of members, of deployments and of nothing': template(
    {
      rg: '{ type: OS::Heat::ResourceGroup, properties: { count: 1, resource_def: { type: OS::Heat::RandomString } } }',
      asg: '{ type: OS::Heat::AutoScalingGroup, properties: { min_size: 1, max_size: 1, resource: { type: OS::Heat::RandomString } } }',
      chain: '{ type: OS::Heat::ResourceChain, properties: { resources: [OS::Heat::RandomString] } }',
      dep: '{ type: OS::Heat::SoftwareDeployment, properties: { config: c, server: s } }',
      deps: '{ type: OS::Heat::SoftwareDeploymentGroup, properties: { config: c, servers: { one: s } } }',
      none: '{ type: OS::Heat::None }',
      a: server(
        `[${role('one', '{ x: [{ get_attr: [rg, value] }, { get_attr: [rg, resource.0.value] }, { get_attr: [asg, resource.0, value] }, { get_attr: [chain, value] }, { get_attr: [dep, told] }, { get_attr: [deps, told] }, { get_attr: [none, any] }] }')}]`,
      ),
    },
    'outputs:\n  all:\n    value: { get_attr: [rg, value] }\n',
  ),
  'functions over what is not known yet': template({
    db: server(`[${role('m', '{}', '{ p: p }')}]`),
    web: server(
      `[${role('app', '{ u: { make_url: { scheme: http, host: { get_attr: [db, first_address] }, port: 80 } }, r: { repeat: { template: "%a%", for_each: { "%a%": { get_attr: [db, addresses, net] } } } }, d: { digest: [sha256, { get_attr: [db, first_address] }] }, c: { contains: [x, { get_attr: [db, addresses, net] }] }, v: { str_replace_vstrict: { template: hA, params: { A: { get_attr: [db, first_address] } } } }, s: { str_split: [".", { list_join: [".", [{ get_attr: [db, first_address] }]] }, 3] }, all: { get_attr: [db] }, one: { get_attr: [db, { get_param: size }] } }')}]`,
    ),
  }),
  'conditions around values of run time': template(
    {
      pw: '{ type: OS::Heat::RandomString, condition: big }',
      some: server(`[${role('m', '{}', '{ p: p }')}]`, '', ', condition: big'),
      web: server(
        `[${role('app', '{ a: { get_attr: [some, p] }, b: { if: [big, { get_attr: [some, p] }, { get_param: key }] }, c: { if: [{ not: big }, { get_param: size }, { list_join: ["-", [{ get_attr: [some, p] }, { get_attr: [pw, value] }]] }] } }')}]`,
      ),
    },
    'conditions: { big: { equals: [{ get_param: size }, large] } }\n',
  ),
  'values that only Heat has in time': template({
    pw: '{ type: OS::Heat::RandomString }',
    ip: '{ type: OS::Neutron::FloatingIP, properties: { floating_network: public, port_id: { get_attr: [web, addresses, net, 0, port] } } }',
    web: server(
      `[${role('app', '{ ip: { get_attr: [ip, floating_ip_address] }, own: { get_attr: [web, networks] }, pw: { $value: { list_join: [":", [{ get_attr: [pw, value] }, { get_param: key }]] }, sensitive: true } }', '{ p: p }')}]`,
    ),
  }),
  'a server and a group of others that need each other': template(
    {
      files: server(`[${role('nfs', '{ x: { get_attr: [client, first_address] } }', '{ path: p }')}]`),
      client: group(
        `[${role('nfs', '{ x: { get_attr: [files, first_address] }, y: { get_attr: [files, path] }, z: "%index%" }', '{ ok: o }')}]`,
        "count: 2, removal_policies: [{ resource_list: ['7'] }]",
        ', update_policy: { rolling_update: { max_batch_size: 1 }, batch_create: { max_batch_size: 2 } }',
      ),
    },
    'outputs:\n  ok:\n    value: { get_attr: [client, ok] }\n',
  ),
  'groups that need themselves': template(
    {
      all: group(
        `[${role('mpi', '{ x: { get_attr: [all, attributes, first_address] }, y: { get_attr: [all, key] } }', '{ key: k }')}]`,
        'count: { get_param: members }, index_var: <i>',
      ),
      web: scalingGroup(
        `[${role('app', '{ x: { get_attr: [web, outputs_list, first_address] }, y: { get_param: size }, z: { get_attr: [all, attributes, key] } }', '{ url: u }')}]`,
      ),
    },
    'outputs:\n  url:\n    value: { get_attr: [web, outputs, url] }\n',
  ).replace('parameters: {', 'parameters: { members: { type: string, default: "3" },'),
  'metadata and dependencies of the user': template({
    v: '{ type: OS::Heat::RandomString }',
    a: server(`[${role('one')}], mine: { get_attr: [v, value] }`, '', ', depends_on: [v]'),
  }),
};

/** What the user data of a server writes into a file of /etc/heddle. */
function fileOf(result: Validation | undefined, server: string, name: string): string {
  const config = JSON.parse(String(result?.properties[server]?.['user_data']).replace('#cloud-config\n', '')) as {
    write_files: readonly { path: string; content: string }[];
  };
  return config.write_files.find(({ path }) => path === `/etc/heddle/${name}`)?.content ?? '';
}

/** The values that come with the user data of a server, as Heat resolves them. */
function staticOf(result: Validation | undefined, server: string): readonly unknown[] {
  const node = JSON.parse(fileOf(result, server, 'node.json')) as { node: string; static: Record<string, unknown> };
  expect(node.node).toBe(server);
  return Object.values(node.static);
}

describe('Heat', () => {
  const names = Object.keys(enriched);
  let originals: readonly Validation[];
  let results: readonly Validation[];

  beforeAll(async () => {
    const requests = [
      ...names.map((name) => ({ template: enriched[name] ?? '' })),
      ...names.map((name) => ({
        template: compiled(enriched[name] ?? '').template,
        parameters: name === 'the example' ? {} : { size: nasty },
      })),
    ];
    const all = await validateWithHeat(requests);
    originals = all.slice(0, names.length);
    results = all.slice(names.length);
  });

  it.each(names.map((name, index) => [name, index] as const))('accepts the template emitted from %s', (_, index) => {
    expect(results[index]?.error).toBeNull();
  });

  it('refuses the enriched template of the example: its servers need each other', () => {
    expect(originals[0]?.error).toContain('CircularDependency');
  });

  it('creates the servers of the example beside each other, after the password alone', () => {
    const edges = results[0]?.edges ?? [];
    expect(edges.filter(([from]) => from === 'db' || from === 'web')).toEqual([
      ['db', 'heddle_handle_db'],
      ['db', 'password'],
      ['web', 'heddle_handle_web'],
      ['web', 'password'],
    ]);
  });

  it('refuses another count than that of the plan, and says what to do', async () => {
    const text = enriched['groups that need themselves'] ?? '';
    const [result] = await validateWithHeat([{ template: compiled(text).template, parameters: { members: '4' } }]);
    expect(result?.error).toContain(
      'the plan was compiled for members=3; for another number: heddle compile --parameter members=COUNT, then heddle seed',
    );
  });

  it('keeps the order of servers where it can resolve their addresses', () => {
    const edges = results[names.indexOf('a chain of servers that Heat resolves')]?.edges ?? [];
    expect(edges).toContainEqual(['b', 'a']);
  });

  it('creates network resources in the order that the compiler reckons with', () => {
    const edges = results[names.indexOf('orders of network resources that Heat makes up')]?.edges ?? [];
    expect(edges).toEqual(
      expect.arrayContaining([
        ['web', 'sub'],
        ['port', 'sub'],
        ['router', 'sub'],
        ['ip', 'router'],
      ]),
    );
  });

  it('resolves a value with quotes, backslashes and an emoji into node.json as it is', () => {
    expect(staticOf(results[names.indexOf('values of every type')], 'a')).toEqual(
      expect.arrayContaining([`😀-${nasty}`, [nasty, 1, 1.5, null], { deep: nasty }]),
    );
  });

  it('gives every machine the scripts that stand in the template once', () => {
    expect(fileOf(results[0], 'db', 'boot.sh')).toBe(bootScript);
    expect(fileOf(results[0], 'web', 'boot.sh')).toBe(bootScript);
    expect(fileOf(results[names.indexOf('version 2013-05-23')], 'db', 'signal.sh')).toBe(signalScript);
  });

  it('resolves what is not chosen to null, so that a condition decides what is read', () => {
    const values = staticOf(results[names.indexOf('conditions around values of run time')], 'web');
    // What the condition says, alone and inside the branch that is not taken; both values that are taken; the other one's password.
    expect(values).toHaveLength(7);
    expect(values).toEqual(expect.arrayContaining([false, null, 'k', true, nasty]));
  });

  it('has no sensitive value, and nothing that it does not know yet, in the user data', () => {
    expect(staticOf(results[names.indexOf('values that only Heat has in time')], 'web')).toEqual([]);
  });

  it('gives user data that cloud-init’s own schema accepts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'heddle-heat-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    for (const index of [0, names.indexOf('values of every type')]) {
      const servers = Object.entries(results[index]?.properties ?? {}).filter(([, { user_data: data }]) => data);
      expect(servers.length).toBeGreaterThan(0);
      for (const [name, properties] of servers) {
        const file = join(directory, name);
        await writeFile(file, String(properties['user_data']));
        const { stdout } = await execa('cloud-init', ['schema', '--config-file', file]);
        expect(stdout).toContain('Valid');
      }
    }
  });
});
