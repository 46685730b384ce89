import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachines, type Machine, type MachineSet } from '../../src/machines/index.ts';
import { eventually, run, temporaryFolder } from './support.ts';

describe('commands in a machine', () => {
  let set: MachineSet;
  let machine: Machine;
  const bind = temporaryFolder();
  const directory = temporaryFolder();
  beforeAll(async () => {
    set = await createMachines({ directory, names: ['one', 'two'], binds: [bind] });
    machine = set.machines.get('one') as Machine;
  });
  afterAll(async () => {
    await set?.close();
    for (const folder of [bind, directory]) rmSync(folder, { recursive: true, force: true });
  });

  /** Start a command and wait for its first line. */
  const startTalking = async (...argv: string[]) => {
    const [program = '', ...rest] = machine.command(argv);
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const closed = once(child, 'close');
    await eventually('the command speaks', () => lines.length > 0);
    return { child, lines, closed };
  };
  const talkative =
    'trap("INT") { puts "int" }; trap("TERM") { puts "term"; exit 7 }; $stdout.sync = true; puts Process.pid; sleep';

  it('pass exit codes, arguments, environment, input and the working folder through', async () => {
    const [program = '', ...rest] = machine.command(
      ['sh', '-c', 'echo "$1|$GREETING|$(pwd)|$(cat)"; exit 3', 'x', "it's $HOME"],
      { cwd: bind },
    );
    const result = await execa(program, rest, { reject: false, input: 'typed', env: { GREETING: 'hello' } });
    expect([result.stdout, result.exitCode]).toEqual([`it's $HOME|hello|${bind}|typed`, 3]);
  });

  it('give 127 for a program that is not there and 125 for a folder that is not there', async () => {
    expect((await run(machine, 'no-such-program')).exitCode).toBe(127);
    const [program = '', ...rest] = machine.command(['true'], { cwd: '/no/such/folder' });
    expect((await execa(program, rest, { reject: false })).exitCode).toBe(125);
  });

  it('give 128 plus the number of the signal that ended the command', async () => {
    expect((await run(machine, 'sh', '-c', 'kill -KILL $$')).exitCode).toBe(137);
  });

  it('get each signal once, also when the whole process group is interrupted', async () => {
    const { child, lines, closed } = await startTalking('ruby', '-e', talkative);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await eventually('the interrupt arrives', () => lines.includes('int'));
    child.kill('SIGTERM');
    expect(await closed).toEqual([7, null]);
    expect(lines.slice(1)).toEqual(['int', 'term']);
  });

  it('die with the process that was spawned for them', async () => {
    const { child, lines } = await startTalking('ruby', '-e', talkative);
    child.kill('SIGKILL');
    await eventually(
      'the command is gone',
      async () => (await run(machine, 'test', '-d', `/proc/${lines[0]}`)).exitCode === 1,
    );
  });

  it('see a bound folder read-write, in all machines', async () => {
    await run(machine, 'sh', '-c', `echo shared >${bind}/file`);
    expect((await run(set.machines.get('two') as Machine, 'cat', `${bind}/file`)).stdout).toBe('shared');
  });

  it('are refused once the machine is gone', async () => {
    process.kill(machine.pid, 'SIGKILL');
    await eventually('the machine is gone', async () => (await run(machine, 'true')).exitCode !== 0);
    expect((await run(set.machines.get('two') as Machine, 'hostname')).stdout).toBe('two');
    await set.close();
    expect((await run(set.machines.get('two') as Machine, 'true')).failed).toBe(true);
  });
});
