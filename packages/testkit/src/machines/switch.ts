import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
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
  /** Process ids of the machines' processes 1, by name, as they are now: one that restarts gets another. */
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
  // A new file each time: the shell of a set that already runs here still reads the old one.
  writeFileSync(`${file}.new`, options.script);
  renameSync(`${file}.new`, file);
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
  let preparing: Promise<void> = Promise.resolve();
  const prepare = (): Promise<void> => {
    preparing = options.prepare();
    return preparing;
  };
  try {
    const pids = await converse(child, { ...options, prepare });
    holdLoosely(child, 'unref');
    return { pids, stop: () => stop(child) };
  } catch (thrown) {
    await stop(child);
    // The caller may remove the state folder: nobody must write there any more.
    await preparing.catch(() => undefined);
    throw thrown;
  }
}

/** Follow the reports of the script: `open`, then per machine `ready NAME PID` or `failed NAME`. */
async function converse(child: ChildProcessWithoutNullStreams, options: SwitchOptions): Promise<Map<string, number>> {
  const { names, timeoutMs } = options;
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  child.stdin.on('error', () => undefined);
  const failure = (why: string): HeddleError => {
    const missing = names.filter((name) => !pids.has(name));
    const details = { details: { missing }, notes: complaints.slice(-10) };
    return new HeddleError('unexpected', `Machines did not start, ${why}: ${missing.join(', ')}.`, details);
  };

  const pids = new Map<string, number>();
  const follow = async (): Promise<void> => {
    for await (const line of createInterface({ input: child.stdout })) {
      const [report, name = '', pid] = line.split(' ');
      if (report === 'busy') throw new HeddleError('config-invalid', `Other machines run in ${options.state}.`);
      if (report === 'open') {
        await options.prepare();
        child.stdin.write('go\n');
      }
      if (report === 'ready') pids.set(name, Number(pid));
      if (pids.size === names.length) return;
      if (report === 'failed' || report === 'gone') break;
    }
    // What the script complained about is on its way on another pipe.
    await Promise.race([once(child.stderr, 'close'), sleep(500)]);
    throw failure('a step failed');
  };
  const spawnError = once(child, 'error').then(([cause]: unknown[]) => {
    throw new HeddleError('tool-missing', 'Machines need the program unshare, which does not start.', { cause });
  });
  const patience = new AbortController();
  const expiry = sleep(timeoutMs, undefined, { signal: patience.signal }).then(() => {
    throw failure(`after ${timeoutMs / 1000} s`);
  });
  const outcomes = [follow(), spawnError, expiry];
  // Those that lose the race may still fail, when nobody listens any more.
  for (const outcome of outcomes) outcome.catch(() => undefined);
  try {
    await Promise.race(outcomes);
  } finally {
    patience.abort();
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [report, name = '', pid] = line.split(' ');
    if (report === 'ready') pids.set(name, Number(pid));
  });
  return pids;
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
