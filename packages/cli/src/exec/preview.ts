import { spawn } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants } from 'node:os';
import { join } from 'node:path';
import { type Adapter, declarationOf, loadAdapter, makeWorkingFolder, type PreparedRun } from '@heddle/agent';
import { evaluate, HeddleError, type Plan, type PlanRole, type PlanSlice } from '@heddle/core';
import { adapters } from '../adapters.ts';

/** In the place of a run's id: it is none. */
const runName = 'preview';

export interface PreviewOptions {
  readonly slice: PlanSlice;
  readonly role: PlanRole;
  readonly adapter: Adapter;
  readonly command: readonly [string, ...string[]];
  /** The node's own working folder, absolute. */
  readonly nodeDirectory: string;
  readonly socketPath: string;
}

/** True when an adapter of the plan takes a command for one that only shows what a run would do. */
export async function isPreview(plan: Plan, command: readonly string[]): Promise<boolean> {
  for (const name of new Set(plan.nodes.flatMap(({ roles }) => roles.map(({ adapter }) => adapter)))) {
    const adapter = await loadAdapter(name, adapters, plan.directory);
    if (adapter.previews?.(command) === true) return true;
  }
  return false;
}

/**
 * Run a command that only shows what a run of the role would do, and give its exit code. It learns what the role declares, and no value; no other
 * machine is asked for anything and nothing is recorded, so the role is to be done as before.
 */
export async function runPreview(options: PreviewOptions): Promise<number> {
  const { adapter, socketPath } = options;
  const server = createServer((request, response) => answer(request, response, options));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  try {
    await chmod(socketPath, 0o600);
    const asItIs: PreparedRun = { command: options.command, workingDirectory: process.cwd(), environment: {} };
    const environment = environmentOf(options);
    return await run((await adapter.wrap?.(await wrapContext(options, environment))) ?? asItIs, environment);
  } finally {
    await close(server);
  }
}

function environmentOf({ slice, role, socketPath }: PreviewOptions): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const own = { HEDDLE_SOCKET: socketPath, HEDDLE_NODE: slice.node.name, HEDDLE_ROLE: role.name, HEDDLE_RUN: runName };
  return { ...Object.fromEntries(inherited), ...own };
}

async function wrapContext(options: PreviewOptions, environment: Readonly<Record<string, string>>) {
  const { slice, role, adapter, command, nodeDirectory } = options;
  const roleDirectory = join(nodeDirectory, adapter.name, role.name);
  makeWorkingFolder(roleDirectory);
  return {
    role,
    options: evaluate(role.options, { directory: nodeDirectory }),
    directory: slice.directory,
    deployment: slice.deployment,
    node: slice.node.name,
    nodeDirectory,
    roleDirectory,
    environment,
    ...(slice.peers === undefined ? {} : { peers: slice.peers }),
    command,
    workingDirectory: process.cwd(),
  };
}

async function run(prepared: PreparedRun, environment: Readonly<Record<string, string>>): Promise<number> {
  const [program, ...words] = prepared.command;
  const child = spawn(program, words, {
    cwd: prepared.workingDirectory,
    env: { ...environment, ...prepared.environment },
    stdio: 'inherit',
  });
  const pass = (signal: NodeJS.Signals) => {
    // A terminal sends it to the command itself; a second one would end chef-solo at once.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        reject(new HeddleError('tool-missing', `${program} cannot be started: ${cause.message}`, { cause }));
      });
      child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, pass);
  }
}

/** The part of `docs/protocol.md` that a preview gets. */
function answer(request: IncomingMessage, response: ServerResponse, { slice, role }: PreviewOptions): void {
  const own = `/v1/roles/${role.name}`;
  request.resume();
  if (request.method === 'GET' && request.url === own) {
    const peers = role.readsPeers === true ? slice.peers : undefined;
    const { deployment, node } = slice;
    const declared = declarationOf({ deployment, node: node.name, role, run: runName, peers, preview: true });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(declared));
  } else if (request.url === `${own}/state`) {
    response.writeHead(204).end();
  } else {
    const error = new HeddleError('usage', `a preview of role ${role.name} reads and publishes nothing`);
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: error.toJSON() }));
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
