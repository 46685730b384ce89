import { readdir, readFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';

/** Set in the environment of every command that a test starts, and inherited by all that it starts: the deployment's folder. */
export const markVariable = 'HEDDLE_ACCEPTANCE';

export interface Process {
  readonly pid: number;
  /** Its words, separated by spaces. */
  readonly command: string;
}

/** Find the living processes that were started for a deployment, by their environment. Zombies are none. */
export async function findProcesses(directory: string): Promise<readonly Process[]> {
  const found: Process[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readProc(name, 'environ');
    if (!`\0${environment}\0`.includes(`\0${markVariable}=${directory}\0`)) continue;
    const command = (await readProc(name, 'cmdline')).split('\0').join(' ').trim();
    if (command !== '') found.push({ pid: Number(name), command });
  }
  return found;
}

/** The process id of a node's agent. */
export async function findAgent(directory: string, node: string): Promise<number> {
  const agents = (await findProcesses(directory)).filter(
    ({ command }) => command.includes(' agent ') && `${command} `.includes(` --node ${node} `),
  );
  if (agents.length !== 1 || agents[0] === undefined) throw new Error(`node ${node} has ${agents.length} agents`);
  return agents[0].pid;
}

/** End what is left of a deployment: first in order, then by SIGKILL. */
export async function endProcesses(directory: string): Promise<void> {
  for (const { pid } of await findProcesses(directory)) signal(pid, 'SIGKILL');
  await eventually('every process of the test has ended', async () => (await findProcesses(directory)).length === 0);
}

/** Send a signal; a process that has ended meanwhile is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
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
