import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dotText } from '../src/graph/dot.ts';
import { mermaidText } from '../src/graph/mermaid.ts';
import { svgText } from '../src/graph/svg.ts';
import { script, Workspace } from './support/workspace.ts';

const shop = resolve(import.meta.dirname, '../../../examples/shop/heddle.yaml');
const odd = `a"b\\<&>#`;

function wide(outputs: number) {
  return {
    deployment: 'shop',
    boxes: [
      { name: 'db', roles: [{ id: 'db.mysql', name: 'mysql', adapter: odd, state: 'running' as const, now: odd }] },
      {
        name: 'web[*]',
        count: 30,
        roles: [
          { id: 'web[*].app', name: 'app', adapter: 'chef', state: 'failed' as const, counts: { failed: 1, done: 29 } },
        ],
      },
    ],
    edges: [
      {
        from: 'db.mysql',
        to: 'web[*].app',
        kind: 'input' as const,
        outputs: Array.from({ length: outputs }, (_, index) => `o${index}`),
        isCyclic: true,
        waiting: 2,
        isStuck: false,
      },
    ],
    cycles: [],
    readByName: ['web[*].app'],
  };
}

describe('heddle graph', () => {
  test('draws the plan of a file as SVG that needs nothing else', async () => {
    const workspace = await Workspace.forTest({});
    const { stdout, stderr, exitCode } = await workspace.heddle('graph', shop, '-o', 'svg');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^<svg role="img" aria-label="deployment shop: 3 boxes, 3 roles, 4 bindings" /);
    // The names of its own namespaces are the only addresses in it.
    expect(stdout.replace(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/https?:|<!DOCTYPE|xlink:href|<image|<script/);
    for (const text of ['mysql', 'web × 3', 'root_password', '(cycle)']) expect(stdout).toContain(`>${text}</text>`);
  });

  test('writes DOT for Graphviz, and JSON for programs', async () => {
    const workspace = await Workspace.forTest({});
    const { stdout: dot } = await workspace.heddle('graph', shop);
    expect(dot).toContain('"db.mysql" -> "web[*].app" [label="host\\nport\\nroot_password\\n(cycle)"');
    const { stdout } = await workspace.heddle('graph', shop, '-o', 'json', '--members', '3');
    expect(JSON.parse(stdout)).toMatchObject({
      deployment: 'shop',
      boxes: [{ name: 'db' }, { name: 'web-0' }, { name: 'web-1' }, { name: 'web-2' }, { name: 'lb' }],
    });
  });

  test('shows what goes on in the store, as colour and in words', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: live
nodes:
  db: { roles: [{ name: mysql, command: [./db.sh], outputs: { port: port } }] }
  web: { count: 3, roles: [{ name: app, command: [./web.sh], inputs: { port: "\${db.port}" } }] }
`,
      'db.sh': script('read line < gate', 'heddle set port:=1'),
      'web.sh': script('heddle get port'),
    });
    const open = await workspace.gate('gate');
    const up = workspace.start(['up']);
    await Promise.all([0, 1, 2].map((index) => up.line(new RegExp(`web-${index} app +waits for db\\.port`))));
    const [svg, mermaid] = await Promise.all([
      workspace.heddle('graph', 'live', '-o', 'svg'),
      workspace.heddle('graph', 'live', '-o', 'mermaid'),
    ]);
    expect(svg.stdout).toContain('>3 waiting</text>');
    expect(svg.stdout).toContain('>(3 waiting)</text>');
    expect(mermaid.stdout).toContain('    r1["<b>app</b><br/>command<br/>3 waiting"]:::waiting\n');
    expect(mermaid.stdout).toContain('  r0 -->|"port<br/>(3 waiting)"| r1\n  linkStyle 0 stroke:#b45309,');
    await open();
    await up.end;
    expect((await workspace.heddle('graph', 'live', '-o', 'svg')).stdout).toContain('>3 done</text>');
  });

  test('draws a file whose roles can never start', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: ring
nodes:
  a: { roles: [{ name: x, command: ["true"], after: [b.y] }] }
  b: { roles: [{ name: y, command: ["true"], after: [a.x] }] }
`,
    });
    expect((await workspace.heddle('validate')).exitCode).toBe(3);
    const { exitCode, stdout } = await workspace.heddle('graph');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('"b.y" -> "a.x" [label="after\\n(cycle)"');
  });

  test.each([
    [['graph', 'nothing.yaml'], 'heddle: [config-invalid] cannot read nothing.yaml: there is no such file\n'],
    [
      ['graph', '--members', 'x'],
      `heddle: [usage] option '--members <number>' argument 'x' is invalid. "x" is no whole number\n`,
    ],
  ])('wrong use ends with 2: heddle %s', async (words, message) => {
    const workspace = await Workspace.forTest({});
    const { exitCode, stderr } = await workspace.heddle(...words);
    expect({ exitCode, stderr: stderr.slice(0, message.length) }).toEqual({ exitCode: 2, stderr: message });
  });
});

describe('the pictures', () => {
  test('say whose reads by name are in none of them', async () => {
    const note = 'not drawn: what web[*].app may read by name (search of Chef, hostvars of Ansible)';
    expect(dotText(wide(1))).toContain(`label="${note}"; labelloc="b"`);
    expect(mermaidText(wide(1))).toContain(`note["${note}"]`);
    expect(await svgText(wide(1))).toContain(`>${note}</text>`);
    expect(dotText({ ...wide(1), epoch: '1' })).toContain('label="drawn only while it is waited for, dashed: ');
    expect(dotText({ ...wide(1), readByName: [] })).not.toContain('by name');
  });

  test('take any text as text', async () => {
    const view = wide(1);
    expect(await svgText(view)).toContain('>a&quot;b\\&lt;&amp;&gt;#</text>');
    expect(mermaidText(view)).toContain('a#34;b\\#60;#38;#62;#35;');
    expect(dotText(view)).toContain('a&quot;b\\&lt;&amp;&gt;#');
  });

  test('name the first outputs of a binding and how many more there are', () => {
    expect(dotText(wide(6))).toContain('label="o0\\no1\\no2\\no3\\no4\\no5\\n(cycle)\\n(2 waiting)"');
    expect(dotText(wide(9))).toContain('label="o0\\no1\\no2\\no3\\no4\\nand 4 more\\n(cycle)\\n(2 waiting)"');
  });
});
