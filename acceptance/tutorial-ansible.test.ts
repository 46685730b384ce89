import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { complaints, contentOf, runExample, type Trees } from './support/example.ts';
import { markVariable } from './support/processes.ts';
import { readTree } from './support/read-tree.ts';

const nodes = ['db', 'east', 'west', 'front'];
const addresses = Object.fromEntries(nodes.map((node, index) => [node, `10.77.0.${10 + index}`]));
const example = fileURLToPath(new URL('../examples/guestbook/', import.meta.url));

/** The same playbook without Heddle: one process that sets up every host, each in a folder of its own, with the addresses of the machines. */
async function push(directory: string, mark: string): Promise<Trees> {
  const folder = join(directory, 'pushed');
  const variables = {
    ansible_connection: 'local',
    config_dir: `${folder}/{{ inventory_hostname }}/etc/guestbook`,
    addresses,
    ansible_default_ipv4: { address: '{{ addresses[inventory_hostname] }}' },
  };
  await Promise.all(nodes.map((node) => mkdir(join(folder, node, 'etc'), { recursive: true })));
  const words = ['-i', 'hosts.ini', '-e', JSON.stringify(variables), 'site.yml'];
  await execa('ansible-playbook', words, { cwd: example, stdin: 'ignore', env: { [markVariable]: mark } });
  const trees = nodes.map(async (node) => [node, await readTree(join(folder, node))] as const);
  return Object.fromEntries(await Promise.all(trees));
}

/** The trees with a name for each secret, which differs from run to run. The first to write a secret is the one that made it. */
function withNamedSecrets(trees: Trees): Trees {
  const secrets = [
    ['PASSWORD', /^password ([0-9a-f]{32})$/m.exec(contentOf(trees, 'db', 'etc/guestbook/database.conf') ?? '')?.[1]],
    ['KEY-OF-EAST', /^key ([0-9a-f]{16})$/m.exec(contentOf(trees, 'east', 'etc/guestbook/app.conf') ?? '')?.[1]],
    ['KEY-OF-WEST', /^key ([0-9a-f]{16})$/m.exec(contentOf(trees, 'west', 'etc/guestbook/app.conf') ?? '')?.[1]],
  ] as const;
  let text = JSON.stringify(trees);
  for (const [name, secret] of secrets) {
    expect(secret, name).toBeDefined();
    text = text.replaceAll(secret ?? '', name);
  }
  return JSON.parse(text) as Trees;
}

function guestbookOnly(trees: Trees): Trees {
  const ofGuestbook = (tree: Trees[string]) =>
    Object.fromEntries(Object.entries(tree).filter(([file]) => file.startsWith('etc/guestbook/')));
  return Object.fromEntries(Object.entries(trees).map(([node, tree]) => [node, ofGuestbook(tree)]));
}

describe('the tutorial for playbooks', () => {
  it('writes on every machine the files that the same playbook writes in one run that pushes to all', async () => {
    const { deployment, end, trees } = await runExample({ name: 'guestbook', nodes, writes: ['/etc/guestbook'] });
    expect(complaints(end)).toEqual([]);
    expect(end.exitCode, end.stdout).toBe(0);
    expect(await deployment.processes()).toEqual([]);
    const pushed = withNamedSecrets(guestbookOnly(await push(deployment.directory, deployment.directory)));
    expect(Object.values(pushed).map((tree) => Object.keys(tree).length)).toEqual([2, 2, 2, 1]);
    expect(withNamedSecrets(guestbookOnly(await trees()))).toEqual(pushed);
  });

  it('fails at once where the page breaks it, says why, and runs three roles again once it is repaired', async () => {
    const tasks = 'roles/database/tasks/main.yml';
    const change = (folder: string) => replaceIn(join(folder, tasks), "groups['app']", "groups['apps']");
    const { deployment, end } = await runExample({ name: 'guestbook', nodes, writes: ['/etc/guestbook'] }, { change });
    expect(end.exitCode, end.stdout).toBe(21);
    expect(end.stdout).toMatch(/\nheddle: guestbook, epoch 1: 1 of 4 roles ended well$/);
    const why = await deployment.heddle('why', 'east');
    expect(why.stdout).toContain('needs db.db_port, which will never come: role site of db failed (exit code 2)');
    expect(why.stdout).toMatch(
      /\nroot cause: db role site failed\n {2}try: read .*\/nodes\/db\/log\/site\.log, repair it\n {2}try: heddle up --resume {2}/,
    );

    await replaceIn(join(deployment.directory, tasks), "groups['apps']", "groups['app']");
    const resumed = await deployment.heddle('up', '--isolate', 'machine', '--resume');
    expect(resumed.exitCode, resumed.stdout).toBe(0);
    // Their keys are what they were, so the proxy has nothing new to read.
    const ran = [...resumed.stdout.matchAll(/^\S+ (\S+) +site +running$/gm)].map(([, node]) => node);
    expect(ran).toHaveLength(3);
    expect(new Set(ran)).toEqual(new Set(['db', 'east', 'west']));
  });
});

async function replaceIn(file: string, text: string, other: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  expect(before).toContain(text);
  await writeFile(file, before.replace(text, other));
}
