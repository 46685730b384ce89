import { describe, expect, it } from 'vitest';
import { compiled, complete, numbered, role, server, template } from './support/compile.ts';

interface Emitted {
  readonly heat_template_version: string;
  readonly parameters: Record<string, { default?: string; hidden?: boolean }>;
  readonly resources: Record<string, { type: string; properties: Record<string, unknown>; [key: string]: unknown }>;
  readonly outputs: Record<string, unknown>;
}

function emitted(text: string, options: Parameters<typeof compiled>[1] = {}): Emitted {
  return JSON.parse(compiled(text, options).template) as Emitted;
}

/** The node.json that a server's user data writes, with Heat's functions in it. */
function nodeFile({ resources }: Emitted, name: string): unknown {
  const data = resources[name]?.properties['user_data'] as { list_join: [string, [string, Config]] };
  const [, config] = data.list_join[1];
  const { content } = config.write_files.find(({ path }) => path === '/etc/heddle/node.json') ?? {};
  return numbered((content as { list_join: [string, unknown[]] }).list_join[1][0]);
}

interface Config {
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: unknown }[];
  readonly runcmd: unknown;
}

const web = server(
  `[${role('app', '{ x: { get_param: size }, y: { get_param: size }, z: { get_attr: [pw, value] } }', '{ url: url, other: o }')}]`,
);
const text = template(
  { pw: '{ type: OS::Heat::RandomString }', web },
  'outputs:\n  url:\n    value: { get_attr: [web, url] }\n',
);

/** A template with so many servers, whose names are equally long. */
function many(count: number): string {
  const servers = Array.from({ length: count }, (_, index) => [`web${1000 + index}`, web]);
  return template({ pw: '{ type: OS::Heat::RandomString }', ...Object.fromEntries(servers) });
}

describe('the emitted template', () => {
  it('has no roles, and keeps what else is in the metadata', () => {
    const own = web.replace('metadata: {', 'metadata: { mine: 1,');
    expect(emitted(text).resources['web']).not.toHaveProperty('metadata');
    expect(emitted(template({ pw: '{ type: OS::Heat::RandomString }', web: own })).resources['web']).toMatchObject({
      metadata: { mine: 1 },
    });
  });

  it('writes what a machine needs to know into node.json, each value once', () => {
    expect(nodeFile(emitted(text, { content: { url: 'http://c', sha256: 'cd'.repeat(32) } }), 'web')).toEqual({
      heddleNode: 1,
      deployment: 'test',
      epoch: { get_param: 'heddle_epoch' },
      node: 'web',
      store: { get_param: 'heddle_store' },
      content: { url: { get_param: 'heddle_content_url' }, sha256: { get_param: 'heddle_content_sha256' } },
      static: { s0: { get_param: 'size' }, s1: { get_attr: ['pw', 'value'] } },
      report: ['url'],
      limitS: 3480,
    });
    expect(nodeFile(emitted(text), 'web')).toMatchObject({ content: null });
  });

  it('keeps what is secret in files of root, and out of every command', () => {
    const data = emitted(text).resources['web']?.properties['user_data'] as { list_join: [string, [string, Config]] };
    const [, { write_files: files, runcmd }] = data.list_join[1];
    expect(files.map(({ path, permissions }) => `${permissions} ${path}`)).toEqual([
      '0600 /etc/heddle/node.json',
      '0600 /etc/heddle/credentials.json',
      '0644 /etc/heddle/store-ca.pem',
      '0600 /etc/heddle/bundle',
      '0600 /etc/heddle/signal.curl',
      '0700 /etc/heddle/signal.sh',
      '0700 /etc/heddle/boot.sh',
      '0644 /etc/systemd/system/heddle.service',
    ]);
    expect(JSON.stringify(runcmd)).not.toMatch(/get_|http/);
    for (const { path, content } of files.filter(({ permissions }) => permissions === '0700'))
      expect(content, path).toEqual({ get_param: ['heddle_texts', path.split('/').at(-1)] });
  });

  it('gives each machine its own credentials, and no other', () => {
    const data = emitted(text).resources['web']?.properties['user_data'];
    const found = [...JSON.stringify(data).matchAll(/"get_param":(\["heddle_credentials"[^\]]*\])/g)];
    expect(found.map(([, argument]) => argument)).toEqual(['["heddle_credentials","web"]']);
  });

  it('has a wait condition for each node with roles, after its server', () => {
    expect(emitted(text).resources).toMatchObject({
      heddle_handle_web: { type: 'OS::Heat::WaitConditionHandle' },
      web: { properties: { user_data_format: 'RAW', image: 'i', flavor: { get_param: 'size' } } },
      heddle_wait_web: {
        type: 'OS::Heat::WaitCondition',
        depends_on: 'web',
        properties: { handle: { get_resource: 'heddle_handle_web' }, timeout: 3600, count: 1 },
      },
    });
    expect(emitted(text, { timeoutS: 60 }).resources['heddle_wait_web']).toMatchObject({ properties: { timeout: 60 } });
  });

  it('has the texts of its machines once: a further server takes less than 2,500 characters', () => {
    const [one = '', two = '', ten = ''] = [1, 2, 10].map((count) => compiled(many(count)).template);
    expect(two.length - one.length).toBeLessThan(2500);
    expect(ten.length - one.length).toBe(9 * (two.length - one.length));
    expect(ten.split('# Tells Heat how this machine ended')).toHaveLength(2);
  });

  it('has another text for machines that need another one', () => {
    const chef = server('[{ name: app, chef: { run_list: [x] } }]');
    const made = emitted(template({ pw: '{ type: OS::Heat::RandomString }', web, chef, other: chef }));
    const texts = made.parameters['heddle_texts']?.default as unknown as Record<string, string>;
    expect(Object.keys(texts)).toEqual(['signal.sh', 'boot.sh', 'heddle.service', 'heddle.service-2']);
    const unitOf = (name: string) => {
      const data = made.resources[name]?.properties['user_data'] as { list_join: [string, [string, Config]] };
      const { content } = data.list_join[1][1].write_files.find(({ path }) => path.endsWith('/heddle.service')) ?? {};
      return texts[(content as { get_param: [string, string] }).get_param[1]];
    };
    expect(unitOf('web')).toContain('ExecStart=/bin/sh /etc/heddle/boot.sh\n');
    for (const name of ['chef', 'other'])
      expect(unitOf(name)).toContain('ExecStart=/bin/sh /etc/heddle/boot.sh chef\n');
  });

  it('has one line for each resource, so that two of them can be compared', () => {
    const lines = compiled(text).template.split('\n');
    expect(lines.filter((line) => line.startsWith('"web": {"type":'))).toHaveLength(1);
    expect(lines.filter((line) => /^"heddle_(?:handle|wait)_web": /.test(line))).toHaveLength(2);
  });

  it('is told to be larger than what Heat takes by default', () => {
    const large = compiled(many(400));
    expect(large.plan.warnings).toContain(
      `template.yaml:1: W_SIZE: the emitted template has ${large.template.length} characters, and Heat takes 524288 by default: write servers that are alike as a group, or raise max_template_size in its configuration`,
    );
    expect(compiled(many(100)).plan.warnings.filter((warning) => warning.includes('W_SIZE'))).toEqual([]);
  });

  it('gives a role’s output among its outputs as the data of the wait condition', () => {
    expect(emitted(text).outputs).toEqual({ url: { value: { get_attr: ['heddle_wait_web', 'data'] } } });
  });

  it('takes store, bundle and content as parameters, with the given defaults and nothing secret', () => {
    const { parameters } = emitted(text);
    expect(Object.keys(parameters)).toEqual([
      'size',
      'key',
      'heddle_store',
      'heddle_epoch',
      'heddle_store_ca',
      'heddle_credentials',
      'heddle_bundle_url',
      'heddle_bundle_sha256',
      'heddle_texts',
    ]);
    expect(parameters['heddle_store']?.default).toBe(complete.store);
    expect(parameters['heddle_epoch']?.default).toBe('1');
    const open = JSON.parse(
      compiled(text, { bundle: { url: 'http://b', sha256: 'ef'.repeat(32) } }).template,
    ) as Emitted;
    expect(open.parameters['heddle_bundle_url']?.default).toBe('http://b');
  });

  it('hides the URLs, which may hold a password or a signature, and nothing else', () => {
    const whole = {
      bundle: { url: 'http://b', sha256: 'ef'.repeat(32) },
      content: { url: 'http://c', sha256: 'ab'.repeat(32) },
    };
    const { parameters } = JSON.parse(compiled(text, whole).template) as Emitted;
    const isHidden = Object.entries(parameters).map(([name, { hidden = false }]) => [name, hidden]);
    expect(Object.fromEntries(isHidden)).toMatchObject({
      heddle_store: true,
      heddle_epoch: false,
      heddle_credentials: true,
      heddle_bundle_url: true,
      heddle_bundle_sha256: false,
      heddle_content_url: true,
      heddle_content_sha256: false,
    });
  });

  it('puts the condition of a server on its wait condition too', () => {
    const conditional = server(`[${role('app')}]`, '', ', condition: big');
    const { resources } = emitted(
      template({ web: conditional }, 'conditions: { big: { equals: [{ get_param: size }, x] } }\n'),
    );
    for (const name of ['heddle_handle_web', 'web', 'heddle_wait_web'])
      expect(resources[name]).toHaveProperty('condition', 'big');
  });

  it.each([
    ['2013-05-23', '2015-10-15'],
    ['2015-10-15', '2015-10-15'],
    ['queens', 'queens'],
  ])('of version %s has version %s: older ones join no maps', (version, raised) => {
    expect(emitted(template({ web: server('[x]') }, '', version)).heat_template_version).toBe(raised);
  });

  it('says why its version is another one than the user’s, and only then', () => {
    const versionWarnings = (version: string) =>
      compiled(template({ web: server('[x]') }, '', version)).plan.warnings.filter((text) =>
        text.includes('W_VERSION'),
      );
    expect(versionWarnings('2014-10-16')).toEqual([
      'template.yaml:1: W_VERSION: the version 2014-10-16 becomes 2015-10-15, from which on list_join writes maps as JSON',
    ]);
    expect(versionWarnings('2015-10-15')).toEqual([]);
    expect(compiled(template({}, '', '2014-10-16')).plan.warnings.filter((text) => text.includes('W_VERSION'))).toEqual(
      [],
    );
  });

  it('finds the files that it names from its own folder', () => {
    const named = template({
      web: server(`[${role('app', '{ x: { get_file: motd }, y: { get_file: "http://x/motd" } }')}]`),
      other: '{ type: other.yaml }',
      group: '{ type: OS::Heat::ResourceGroup, properties: { resource_def: { type: other.yaml } } }',
    });
    const moved = emitted(named, { relocate: (path) => `../src/${path}` });
    expect(nodeFile(moved, 'web')).toMatchObject({
      static: { s0: { get_file: '../src/motd' }, s1: { get_file: 'http://x/motd' } },
    });
    expect(moved.resources['other']?.type).toBe('../src/other.yaml');
    expect(moved.resources['group']?.properties).toEqual({ resource_def: { type: '../src/other.yaml' } });
  });

  it('without roles means the same as before, to the last digit', () => {
    const plain =
      'heat_template_version: 2018-08-31\nresources: {}\nparameters: { p: { type: string, default: 1.0 } }\n';
    expect(compiled(plain).template).toContain('"default":1.0');
    expect(JSON.parse(compiled(plain).template)).toEqual({
      heat_template_version: '2018-08-31',
      resources: {},
      parameters: { p: { type: 'string', default: 1 } },
    });
  });
});

it('a machine of an older template lacks a value rather than getting another one', () => {
  const idIn = (input: string) => {
    const found = compiled(template({ a: server(`[${role('app', `{ x: ${input} }`)}]`) })).plan.nodes[0]?.roles[0]
      ?.inputs[0];
    return found?.expression.kind === 'static' ? found.expression.id : undefined;
  };
  expect(idIn('{ get_param: size }')).toBe(idIn('{ get_param: size }'));
  expect(idIn('{ get_param: size }')).not.toBe(idIn('{ get_param: key }'));
});

it('values that Heat resolves are in no part of the plan', () => {
  const secret = template({
    a: server(`[${role('app', '{ x: { list_join: ["", [topsecret, { get_param: size }]] } }')}]`),
  });
  expect(JSON.stringify(compiled(secret).plan)).not.toContain('topsecret');
});

describe('a role whose adapter has traits', () => {
  it('publishes the facts of its tool and reads peers, as in a deployment file', () => {
    const traits = new Map([
      ['ansible', { facts: { outputs: [{ name: 'ansible_facts', path: ['ansible_facts'] }] }, readsPeers: true }],
    ]);
    const site = server('[{ name: site, ansible: { playbook: site.yml } }, { name: job, command: [./job.sh] }]');
    const [node] = compiled(template({ web: site, db: site }), { traits }).plan.nodes;
    const position = { file: 'template.yaml', line: expect.any(Number) };
    expect(node?.roles.map(({ name, readsPeers, outputs }) => ({ name, readsPeers, outputs }))).toEqual([
      {
        name: 'ansible_facts',
        readsPeers: undefined,
        outputs: [
          {
            name: 'ansible_facts',
            path: ['ansible_facts'],
            sensitive: false,
            publish: 'settled',
            implicit: true,
            position,
          },
        ],
      },
      { name: 'site', readsPeers: true, outputs: [] },
      { name: 'job', readsPeers: undefined, outputs: [] },
    ]);
  });

  it('has them only while a role sets the option that turns them on', () => {
    const traits = new Map([['chef', { readsPeers: { option: 'search' }, toldOptions: ['run_list'] }]]);
    const chef = (more: string) => server(`[{ name: app, chef: { run_list: [web]${more} } }]`);
    const roles = (text: string) => compiled(text, { traits }).plan.nodes.map(({ roles: [role] }) => role);
    expect(roles(template({ web: chef(', search: true'), db: chef('') }))).toMatchObject([
      { readsPeers: true, toldOptions: ['run_list'] },
      { toldOptions: ['run_list'] },
    ]);
    expect(roles(template({ web: chef('') }))[0]).not.toHaveProperty('toldOptions');
  });
});
