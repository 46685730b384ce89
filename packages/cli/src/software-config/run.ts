import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@heddle/core';
import { capture } from './capture.ts';
import { type ConfigRun, textOf } from './config-run.ts';
import { prepareTool } from './tool.ts';

export interface ConfigRunContext {
  /** The folder for the files of the run, absolute; exists. Scripts start in it. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Waits for an input of the role. */
  readonly read: (path: string) => Promise<Json>;
  readonly publish: (outputs: ReadonlyMap<string, Json>) => Promise<void>;
}

/** Where cloud-init keeps the id of the server. */
const instanceIdFile = '/var/lib/cloud/data/instance-id';

/**
 * Run a configuration as Heat's hooks do: all inputs first, then the tool, then its outputs are published, whether or not it went well.
 *
 * What is written for the run may hold secrets, so it goes when the run has ended.
 * @returns The exit code of the role: that of the tool, or 1 when an output says that it has failed.
 * @throws What `read` and `publish` throw, and the tool's absence.
 */
export async function runConfig(run: ConfigRun, context: ConfigRunContext): Promise<number> {
  const { folder, read, publish } = context;
  const values = new Map<string, Json>();
  for (const { name, path } of run.inputs) values.set(name, await read(path));
  for (const [name, value] of await fromHeat(run)) if (!values.has(name)) values.set(name, value);
  const config = await read('config');
  const [work, results] = [join(folder, 'work'), join(folder, 'outputs')];
  const clean = () =>
    Promise.all([work, results].map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })));
  await clean();
  for (const path of [work, results]) await mkdir(path, { mode: 0o700 });
  try {
    const outputsPath = join(results, 'output');
    const file = join(work, run.group === 'script' ? run.deployment.replaceAll(/[^\w.-]/g, '_') : 'playbook.yaml');
    await writeFile(file, textOf(config), { mode: run.group === 'script' ? 0o700 : 0o600 });
    const prepared = await prepareTool(run, { ...context, values, file, outputsPath, work });
    const ended = await capture(prepared, folder);
    const found = await outputsOf(run, outputsPath, ended);
    if (found.size > 0) await publish(found);
    return await exitCodeOf(run, outputsPath, ended.exitCode);
  } finally {
    await clean();
  }
}

/** What Heat gives to every deployment and a machine knows itself. */
async function fromHeat({ deployment }: ConfigRun): Promise<ReadonlyMap<string, Json>> {
  const values = new Map<string, Json>([
    ['deploy_action', 'CREATE'],
    ['deploy_resource_name', deployment],
  ]);
  const id = await readText(instanceIdFile);
  if (id !== undefined) values.set('deploy_server_id', id.trim());
  return values;
}

async function outputsOf(
  { outputs }: ConfigRun,
  outputsPath: string,
  ended: Awaited<ReturnType<typeof capture>>,
): Promise<ReadonlyMap<string, Json>> {
  const found = new Map<string, Json>();
  for (const { name, path } of outputs) {
    const value = path[0] === 'outputs' ? await readText(`${outputsPath}.${path[1]}`) : ownAttribute(path[0], ended);
    if (value !== undefined) found.set(name, value);
    else if (path[0] !== 'outputs') process.stderr.write(`${path[0]} is longer than 1 MiB, so it is not published\n`);
  }
  return found;
}

function ownAttribute(name: string | undefined, ended: Awaited<ReturnType<typeof capture>>): Json | undefined {
  if (name === 'deploy_stdout') return ended.stdout;
  return name === 'deploy_stderr' ? ended.stderr : ended.exitCode;
}

async function exitCodeOf({ errors }: ConfigRun, outputsPath: string, exitCode: number): Promise<number> {
  for (const name of errors) {
    const value = await readText(`${outputsPath}.${name}`);
    if (value === undefined) continue;
    process.stderr.write(`the output ${name}, which says that the deployment has failed: ${value.trim()}\n`);
    if (exitCode === 0) return 1;
  }
  return exitCode;
}

/** The text of a file; undefined when there is none. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
