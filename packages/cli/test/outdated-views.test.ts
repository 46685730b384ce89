import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

/** Role two of b reads what role one of a writes anew in every run. */
const deployment: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: stale
nodes:
  a:
    roles:
      - { name: one, command: [sh, -c, 'heddle set o=$(date +%N)'], outputs: { o: o } }
  b:
    roles:
      - { name: two, command: [sh, -c, 'heddle get y > got'], inputs: { y: "\${a.o}" } }
`,
};

/** A seeded deployment whose roles were run by hand, the writer once more after the reader. */
let workspace: Workspace;
beforeAll(async () => {
  workspace = await Workspace.create(deployment);
  const write = ['--', 'sh', '-c', 'heddle set o=$(date +%N)'];
  for (const words of [
    ['seed', 'heddle.yaml'],
    ['exec', '-q', '--node', 'a', ...write],
    ['exec', '-q', '--node', 'b', '--', 'sh', '-c', 'heddle get y > got'],
    ['exec', '-q', '--node', 'a', '--role', 'one', ...write],
  ])
    expect(await workspace.heddle(...words)).toMatchObject({ exitCode: 0 });
});
afterAll(() => workspace.remove());

describe('a role that has read what was written again since', () => {
  test('is outdated in status and in the picture', async () => {
    const table = await workspace.heddle('status');
    expect(table.stdout).toMatch(/^b +two +done .* outdated: a\.o was written again after it was read\n/m);
    const status = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout);
    expect(status.roles).toMatchObject([
      { node: 'a', outdated: [] },
      { node: 'b', outdated: ['a.o'] },
    ]);
    const graph = JSON.parse((await workspace.heddle('graph', 'live', '-o', 'json')).stdout);
    expect(graph.boxes[1].roles).toMatchObject([{ id: 'b.two', state: 'done', outdated: 1 }]);
    expect((await workspace.heddle('graph', 'live')).stdout).toContain('done, outdated');
  });

  test('is told by watch', async () => {
    const { stdout } = await workspace.heddle('watch', '--from-start');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.filter(({ type }) => type === 'outdated')).toMatchObject([
      { node: 'b', role: 'two', outputs: ['a.o'] },
    ]);
  });

  test('stands in the last table of status --watch', async () => {
    const { stdout } = await workspace.heddle('status', '--watch', '-o', 'json');
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last.roles).toMatchObject([{ outdated: [] }, { outdated: ['a.o'] }]);
  });

  test('is told by why and retry with the command that helps', async () => {
    const why = await workspace.heddle('why', 'b', '-o', 'json');
    expect(JSON.parse(why.stdout)).toMatchObject({
      links: [{ node: 'b', role: 'two', state: 'done', outdated: ['a.o'] }],
      root: { kind: 'outdated', node: 'b', role: 'two' },
      next: [expect.stringMatching(/^heddle exec --node b --role two -- COMMAND {2}/)],
    });
    expect((await workspace.heddle('why', 'b')).stdout).toContain(
      'b role two is outdated: a.o was written again after it was read\n',
    );

    const retry = await workspace.heddle('retry', 'b');
    expect(retry.stderr).toBe(
      'heddle: [agent-gone] nobody runs node b any more: its agent has ended, and no heddle up is there to start another\n' +
        '  try: heddle exec --node b --role two -- COMMAND  on its machine runs it again: so it was run before\n',
    );
    await workspace.heddle('exec', '-q', '--node', 'b', '--role', 'two', '--', 'sh', '-c', 'heddle get y > got');
    expect((await workspace.heddle('why', 'b')).stdout).toContain('nothing is wrong: b role two has ended well\n');
  });
});
