import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Deployment, script, testStore } from './support/deployment.ts';
import { startStoreProcess } from './support/embedded-server.ts';
import { signal } from './support/processes.ts';
import { SeededEpoch } from './support/seeded.ts';

const clock = fileURLToPath(new URL('support/jumping-clock.cjs', import.meta.url));
const jumping = { NODE_OPTIONS: `--require ${clock}` };

const files = {
  'write.sh': script('read word < gate', 'heddle set "word=$word"'),
  'read.sh': script('word=$(heddle get writer.word)', 'echo "$word" >> read.txt'),
  'late.sh': script('heddle get writer.never'),
  'heddle.yaml': `
heddle: 1
deployment: clock
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh], outputs: { word: word, never: never } }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.word: { $value: "\${writer.word}", deadline: 30m } } }
  late:
    roles:
      - { name: wait, command: [./late.sh], inputs: { writer.never: { $value: "\${writer.never}", deadline: 20s } } }
`,
};

describe.each([
  ['an hour ahead', 'SIGUSR2'],
  ['an hour back', 'SIGHUP'],
] as const)('a wall clock that jumps %s', (_name, jump) => {
  it('neither ends a wait before its deadline nor keeps it from ending, and no session is lost of it', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const server = testStore === undefined ? await startStoreProcess(jumping) : undefined;
    if (server !== undefined) onTestFinished(() => server.close());
    const epoch = await SeededEpoch.start(deployment, server === undefined ? {} : { storeUrl: server.url });
    const look = await epoch.look();
    const start = (node: string) => epoch.agent(node, { environment: jumping });
    const agents = { writer: start('writer'), reader: start('reader'), late: start('late') };
    await agents.reader.line(/reader read +waits for writer\.word/);
    await agents.late.line(/late wait +waits for writer\.never/);
    await agents.writer.line(/writer write +running/);
    const joined = await Promise.all(['writer', 'reader', 'late'].map((node) => look.joinedAt(node)));

    if (server !== undefined) signal(server.pid(), jump);
    for (const agent of Object.values(agents)) agent.kill(jump);
    for (const agent of Object.values(agents)) await agent.line(/the clock says/);

    // The deadline of 20 s passes on the other clock, which does not jump.
    await agents.late.line(/late wait +late role wait .* has waited \d+s for writer\.never/);
    const late = await agents.late.end();
    expect(late.stdout).toContain('late role wait (heddle.yaml:13) waited 20s for writer.never (input writer.never)');
    expect(late.exitCode).toBe(20);
    expect(await Promise.all(['writer', 'reader'].map((node) => look.joinedAt(node)))).toEqual(joined.slice(0, 2));
    expect(await epoch.states()).toEqual({
      'writer.write': 'running',
      'reader.read': 'waiting',
      'late.wait': 'failed',
    });

    await gate.open('in time');
    for (const agent of [agents.writer, agents.reader]) {
      const end = await agent.end();
      expect(end, end.stdout + end.stderr).toMatchObject({ exitCode: 0 });
    }
    expect(await deployment.read('read.txt')).toBe('in time\n');
    expect(await deployment.processes()).toEqual([]);
  });
});
