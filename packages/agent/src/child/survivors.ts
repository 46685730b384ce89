import { readdir, readFile } from 'node:fs/promises';

/** The variable that marks every process of one run of a role, its children included. */
export const runVariable = 'HEDDLE_RUN';

/**
 * Find the processes that carry a mark in their environment, also those that left its process group.
 *
 * @param variable  HEDDLE_RUN: the processes of one run; HEDDLE_SOCKET: those of every role of one agent.
 *
 * Only processes whose environment this user may read are found: its own, or all as root. Linux only (/proc).
 */
export async function findSurvivors(mark: string, variable: string = runVariable): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const environment = await readEnvironment(name);
    if (`\0${environment}`.includes(`\0${variable}=${mark}\0`)) found.push(Number(name));
  }
  return found;
}

/** End every process of a run with SIGKILL; repeated until none is left, as a process may fork meanwhile (at most 20 rounds). */
export async function killSurvivors(mark: string, variable: string = runVariable): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const survivors = await findSurvivors(mark, variable);
    if (survivors.length === 0) return;
    for (const pid of survivors) killQuietly(pid);
  }
}

/** Send a signal; a process that is gone already is no error. */
export function killQuietly(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function readEnvironment(pid: string): Promise<string> {
  try {
    return `${await readFile(`/proc/${pid}/environ`, 'latin1')}\0`;
  } catch (error) {
    // Gone, a kernel thread, or another user's: none of this run.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}
