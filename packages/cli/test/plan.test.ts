import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const example = (path: string) => resolve(import.meta.dirname, '../../../examples', path);

const chainYaml = `heddle: 1
deployment: chain
nodes:
  db: { roles: [{ name: mysql, command: [./db.sh], outputs: { port: port, socket: socket } }] }
  web: { count: 2, roles: [{ name: app, command: [./web.sh], inputs: { port: "\${db.port}" } }] }
  ops: { roles: [{ name: smoke, command: ["true"], after: [web.app] }] }
`;

describe('heddle plan', () => {
  test('lays out a deployment file in waves, with its critical path and what no input reads', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': chainYaml });
    const { stdout, stderr, exitCode } = await workspace.heddle('plan');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(`chain: 4 nodes, 4 roles, 3 waves
edges: 0 static, 1 at run time, 1 after, 0 by the order on a node

WAVE  ROLE            STARTS        NEEDS
1     db.mysql        at once       -
2     web[*].app (2)  at once       db.mysql: port
3     ops.smoke       after wave 2  web[*].app (after)

critical path: 3 roles
ROLES  ROLE       BECAUSE
1      db.mysql   it waits for no end of another one
1      web-0.app  it reads port of db.mysql
1      ops.smoke  it starts after web-0.app

outputs that no input reads: db.socket
`);
  });

  test('counts no gathering of facts as a role, and names the outputs that were found for who reads by name', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: site
nodes:
  db: { roles: [{ name: site, ansible: { playbook: site.yml, share: true } }] }
  web: { count: 2, roles: [{ name: site, ansible: { playbook: site.yml, share: true } }] }
`,
      'site.yml': `
- hosts: db
  tasks: [{ set_fact: { port: 1, unread: 2 } }]
- hosts: web
  tasks:
    - set_fact: { key: 3 }
    - debug: { msg: "{{ hostvars['db'].port }} {{ groups['web'] | map('extract', hostvars, 'key') }}" }
`,
    });
    const { stdout, stderr } = await workspace.heddle('plan');
    expect(stdout, stderr).toBe(`site: 3 nodes, 3 roles, 1 wave
edges: 0 static, 0 at run time, 0 after, 0 by the order on a node

WAVE  ROLE                      STARTS          NEEDS
0     db.ansible_facts          with its agent  -
0     web[*].ansible_facts (2)  with its agent  -
1     db.site                   at once         -
1     web[*].site (2)           at once         -

critical path: 1 role
ROLES  ROLE     BECAUSE
1      db.site  it waits for no end of another one

not in the plan: what db.site, web[*].site may read by name (search of Chef, hostvars of Ansible)
found for such reads: db.port, web[*].key
`);
    const { found } = JSON.parse((await workspace.heddle('plan', '-o', 'json')).stdout) as { found: unknown };
    expect(found).toEqual(['db.port', 'web[*].key']);
  });

  test('tells of a Heat template what Heat resolves and what the machines exchange', async () => {
    const workspace = await Workspace.forTest({});
    const { stdout, stderr, exitCode } = await workspace.heddle(
      'plan',
      example('two-servers/template.yaml'),
      '-o',
      'json',
    );
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout) as { edges: { from: string; to: string; kind: string; outputs: string[] }[] };
    expect(report).toMatchObject({ heddlePlanView: 1, deployment: 'two-servers', unread: ['web.config'] });
    const edges = report.edges.map(({ from, to, kind, outputs }) => `${kind} ${from} > ${to}: ${outputs.join(', ')}`);
    expect(edges.sort()).toEqual([
      'input db.machine > web.app: first_address',
      'input db.mysql > web.app: port',
      'input web.machine > db.mysql: first_address',
      'order db.machine > db.mysql: ',
      'order web.machine > web.app: ',
      'static Heat.db_name > db.mysql: db_name',
      'static Heat.db_name > web.app: db_name',
      'static Heat.password > db.mysql: password.value',
      'static Heat.password > web.app: password.value',
    ]);
    expect(stderr).toContain('W_SECRET');
  });

  test('takes a compiled plan, and draws it with waves and critical path in words', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': chainYaml });
    await workspace.heddle('compile', '-o', 'plan.json');
    const { stdout } = await workspace.heddle('plan', 'plan.json', '-o', 'dot', '--members', '2');
    expect(stdout).toContain(
      '"web-0.app" [label=<<b>app</b><br/><font point-size="10">command</font><br/><font point-size="10">wave 2, critical</font>>',
    );
    expect(stdout).toContain('"db.mysql" -> "web-0.app" [label="port\\n(critical)"');
    expect(stdout).toContain('"db.mysql" -> "web-1.app" [label="port", color="#374151"');
    const { stdout: svg } = await workspace.heddle('plan', example('two-servers/template.yaml'), '-o', 'svg');
    for (const text of ['Heat', 'password', '(by Heat)', 'wave 2, critical']) expect(svg).toContain(`>${text}</text>`);
  });

  test('counts the members of a group of a template, and has machines publish what Heat could give, as validate does', async () => {
    const workspace = await Workspace.forTest({
      'template.yaml': `heat_template_version: 2018-08-31
resources:
  db:
    type: OS::Nova::Server
    properties: { image: i, flavor: f }
    metadata: { roles: [{ name: one, command: ["true"] }] }
  web:
    type: OS::Nova::Server
    properties: { image: i, flavor: f }
    metadata: { roles: [{ name: two, command: ["true"], inputs: { db: { get_attr: [db, first_address] } } }] }
`,
    });
    const plan = async (...words: readonly string[]) => {
      const { stdout, stderr } = await workspace.heddle('plan', '-o', 'json', ...words);
      expect(stdout, stderr).not.toBe('');
      return JSON.parse(stdout) as { readonly nodes: number; readonly edges: readonly { readonly kind: string }[] };
    };
    expect((await plan(example('nfs/template.yaml'), '--parameter', 'clients=5')).nodes).toBe(6);
    const kinds = async (...words: readonly string[]) =>
      (await plan('template.yaml', ...words)).edges.filter(({ kind }) => kind === 'static').length;
    expect(await kinds('--prefer', 'runtime')).toBeLessThan(await kinds());
  });

  test('follows the side of a choice in a template that its parameters take', async () => {
    const server = (roles: string) =>
      `{ type: OS::Nova::Server, properties: { image: i, flavor: f }, metadata: { roles: [${roles}] } }`;
    const workspace = await Workspace.forTest({
      'template.yaml': `heat_template_version: 2018-08-31
parameters: { tier: { type: string, default: small } }
conditions: { large: { equals: [{ get_param: tier }, large] } }
resources:
  one: ${server('{ name: local, command: ["true"], outputs: { port: port } }')}
  two: ${server('{ name: cluster, command: ["true"], outputs: { port: port } }')}
  web: ${server('{ name: app, command: ["true"], inputs: { db: { if: [large, { get_attr: [two, port] }, { get_attr: [one, port] }] } } }')}
`,
    });
    const readsOf = async (...words: readonly string[]) => {
      const { stdout, stderr, exitCode } = await workspace.heddle('plan', '-o', 'json', ...words);
      expect(exitCode, stderr).toBe(0);
      const { edges } = JSON.parse(stdout) as { edges: { from: string; kind: string }[] };
      return edges.filter(({ kind }) => kind === 'input').map(({ from }) => from);
    };
    expect(await readsOf('template.yaml')).toEqual(['one.local']);
    expect(await readsOf('template.yaml', '--parameter', 'tier=large')).toEqual(['two.cluster']);
    await workspace.heddle('compile', 'template.yaml', '-o', 'stack.json');
    expect(await readsOf('plan.json')).toEqual(['one.local']);
    const wrong = await workspace.heddle('compile', 'template.yaml', '-o', 'stack.json', '--parameter', 'tier=large');
    expect(wrong.stderr).toContain('[usage] --parameter takes what gives the count of a group');

    // The cluster never starts: nobody waits for it unless the parameter says so.
    const sim = async (...words: readonly string[]) =>
      (await workspace.heddle('sim', '--kill', 'two@0s', '-o', 'json', ...words)).stdout;
    const ends = (text: string) => (JSON.parse(text) as { counts: Record<string, number> }).counts;
    expect(ends(await sim('template.yaml'))['done']).toBe(2);
    expect(ends(await sim('plan.json'))['done']).toBe(2);
    expect(ends(await sim('template.yaml', '--parameter', 'tier=large'))['done']).toBe(1);
  });

  test('weighs the roles by how long they worked, without their waits, in an epoch of the store', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': chainYaml,
      'db.sh': script('read line < gate', 'heddle set port:=1 socket=x'),
      'web.sh': script('heddle get port'),
    });
    const early = await workspace.heddle('plan', '--measured');
    expect(early).toMatchObject({ exitCode: 2, stdout: '' });
    expect(early.stderr).toContain('heddle: [not-found] deployment chain has no store yet');
    const open = await workspace.gate('gate');
    const up = workspace.start(['up']);
    await Promise.all([0, 1].map((index) => up.line(new RegExp(`web-${index} app +waits for db\\.port`))));
    await open();
    await up.end;
    const { stdout, stderr, exitCode } = await workspace.heddle('plan', '--measured', '-o', 'json');
    expect(exitCode, stderr).toBe(0);
    const { criticalPath, measuredIn } = JSON.parse(stdout) as {
      measuredIn: string;
      criticalPath: { unit: string; length: number; steps: { node: string; length: number }[]; unknown: string[] };
    };
    expect({ measuredIn, unit: criticalPath.unit, unknown: criticalPath.unknown }).toEqual({
      measuredIn: '1',
      unit: 'ms',
      unknown: [],
    });
    const status = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout) as {
      roles: { node: string; role: string; elapsedMs: number; blockedMs?: number }[];
    };
    const worked = new Map(
      status.roles.map(({ node, elapsedMs, blockedMs = 0 }) => [node, Math.max(0, elapsedMs - blockedMs)]),
    );
    for (const { node, length } of criticalPath.steps) expect(length, node).toBe(worked.get(node));
    expect(criticalPath.steps.at(0)?.node).toBe('db');
  });

  test('shows a file whose roles can never start, and the warning of a cycle', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: ring
nodes:
  a: { roles: [{ name: x, command: ["true"], after: [b.y] }] }
  b: { roles: [{ name: y, command: ["true"], after: [a.x] }] }
`,
    });
    const { exitCode, stdout, stderr } = await workspace.heddle('plan');
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('warning: heddle.yaml:'),
    });
    expect(stdout).toContain('b.y (after)');
  });
});
