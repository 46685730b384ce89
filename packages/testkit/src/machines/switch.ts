import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeddleError } from '@heddle/core';
import { privilegeOptions, programEnvironment } from './host.ts';
import type { Privilege } from './types.ts';

export interface SwitchOptions {
  readonly state: string;
  /** Text of the script for process 1 of the set. */
  readonly script: string;
  readonly names: readonly string[];
  readonly privilege: Privilege;
  /** Writes the machines' folders; called once the set has the state folder for itself. */
  readonly prepare: () => Promise<void>;
  readonly timeoutMs: number;
}

export interface RunningSwitch {
  /** Process ids of the machines' processes 1, by name. */
  readonly pids: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Milliseconds that the kernel gets to end everything after each kind of request. */
const stopMs = 10_000;

/**
 * Start the process that holds the bridge and the machines, and wait until every machine reports that it is up.
 *
 * Its standard input is the life line: the kernel closes it when this process ends, in whatever way.
 */
export async function startSwitch(options: SwitchOptions): Promise<RunningSwitch> {
  const file = join(options.state, '.switch.sh');
  writeFileSync(file, options.script);
  const namespaces = [
    ...privilegeOptions(options.privilege),
    '--mount',
    '--ipc',
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
  ];
  // Detached: a Ctrl-C on the terminal is for the caller, who still has to end what runs in the machines.
  const child = spawn('unshare', [...namespaces, 'bash', file], {
    detached: true,
    env: programEnvironment(),
    stdio: 'pipe',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
  try {
    const pids = await converse(child, options);
    holdLoosely(child, 'unref');
    return { pids, stop: () => stop(child) };
  } catch (thrown) {
    await stop(child);
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/** Follow the reports of the script: `open`, then per machine `ready NAME PID` or `failed NAME`. */
async function converse(child: ChildProcessWithoutNullStreams, options: SwitchOptions): Promise<Map<string, number>> {
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  child.stdin.on('error', () => undefined);
  const failedToSpawn = once(child, 'error').then(([cause]: unknown[]) => {
    throw new HeddleError('tool-missing', 'Machines need the program unshare, which does not start.', { cause });
  });
  // Whoever wins the race below, this one may still lose later.
  failedToSpawn.catch(() => undefined);

  const pids = new Map<string, number>();
  const follow = async (): Promise<Map<string, number>> => {
    for await (const line of createInterface({ input: child.stdout })) {
      const [report, name = '', pid] = line.split(' ');
      if (report === 'busy') throw new HeddleError('config-invalid', `Other machines run in ${options.state}.`);
      if (report === 'open') {
        await options.prepare();
        child.stdin.write('go\n');
      }
      if (report === 'ready') pids.set(name, Number(pid));
      if (pids.size === options.names.length) return pids;
      if (report === 'failed' || report === 'gone') break;
    }
    await Promise.race([once(child.stderr, 'close'), sleep(500)]);
    const missing = options.names.filter((name) => !pids.has(name));
    throw new HeddleError(
      'unexpected',
      `Machines did not start within ${options.timeoutMs / 1000} s: ${missing.join(', ')}.`,
      {
        notes: complaints.slice(-10),
        details: { missing },
      },
    );
  };
  const result = await Promise.race([follow(), failedToSpawn]);
  child.stdout.resume();
  return result;
}

/** End the script and wait for the kernel to end everything in its process id namespace. */
async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  holdLoosely(child, 'ref');
  const exited = once(child, 'exit');
  child.stdin.end();
  const isGone = await Promise.race([exited.then(() => true), sleep(stopMs, false, { ref: false })]);
  if (isGone) return;
  child.kill('SIGKILL');
  await Promise.race([exited, sleep(stopMs, false, { ref: false })]);
}

/** Let the caller's process end without `close`, or wait for the child again. */
function holdLoosely(child: ChildProcessWithoutNullStreams, verb: 'ref' | 'unref'): void {
  child[verb]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (verb in stream) (stream as unknown as Record<typeof verb, () => void>)[verb]();
  }
}
