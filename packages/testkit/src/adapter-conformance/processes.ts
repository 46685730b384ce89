import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Marks every process that a test of the kit starts, and all that these start: the deployment's folder. */
export const markVariable = 'HEDDLE_CONFORMANCE';

/** Milliseconds between two looks at what cannot tell by itself that it has ended. */
const pauseMs = 25;

/** Find the processes with a mark in their environment. */
export async function findMarked(mark: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readProc(name, 'environ');
    if (`\0${environment}\0`.includes(`\0${markVariable}=${mark}\0`) && (await isAlive(Number(name))))
      found.push(Number(name));
  }
  return found;
}

/** End every process with a mark, and wait until none is left. */
export async function endMarked(mark: string, patienceMs: number): Promise<void> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const found = await findMarked(mark);
    if (found.length === 0) return;
    if (performance.now() > endMs) throw new Error(`these processes do not end: ${found.join(', ')}`);
    for (const pid of found) kill(pid);
    await pause(pauseMs);
  }
}

/** Resolve when a process is gone. */
export async function untilGone(pid: number, patienceMs: number): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (await isAlive(pid)) {
    if (performance.now() > endMs) throw new Error(`process ${pid} still runs after ${patienceMs} ms`);
    await pause(pauseMs);
  }
}

/** False for a process that has ended, also while nobody has taken note of that. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readProc(String(pid), 'stat');
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return stat !== '' && state !== 'Z';
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function readProc(pid: string, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // It has ended meanwhile, or it is none of this user's.
    return '';
  }
}
