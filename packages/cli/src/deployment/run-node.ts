import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, type AgentEvent, credentialVariables, type MachineEntry, type RoleOutcome } from '@heddle/agent';
import { type Epoch, HeddleError, type Json, type Store, toHeddleError } from '@heddle/core';
import { adapters } from '../adapters.ts';
import { binFolder } from '../assets.ts';
import { version } from '../version.ts';

export interface NodeRun {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly node: string;
  /** The node's own working folder, kept between runs. */
  readonly directory: string;
  /** Where to serve the socket API. @default a new folder of its own */
  readonly socketPath?: string | undefined;
  readonly machine?: MachineEntry | undefined;
  readonly staticValues?: Readonly<Record<string, Json>>;
  /** Where the folder of the deployment file is on this machine. @default where the plan says */
  readonly deploymentDirectory?: string | undefined;
  /** Roles that somebody else runs. @default none */
  readonly outside?: readonly string[] | undefined;
  readonly listen: (event: AgentEvent) => void;
  /** Aborted to stop the roles; the reason is a HeddleError. */
  readonly signal: AbortSignal;
}

/** Run all roles of a node on this machine; throws what `Agent.run` throws. */
export async function runNode(run: NodeRun): Promise<readonly RoleOutcome[]> {
  // Passwords are none of the roles' business.
  for (const variable of ['HEDDLE_STORE', ...credentialVariables]) delete process.env[variable];
  const { store, epoch, node, machine, staticValues, deploymentDirectory, signal } = run;
  // Socket paths are at most 107 bytes long: a short folder of its own.
  const ownFolder = run.socketPath === undefined ? await mkdtemp(join(tmpdir(), 'heddle-')) : undefined;
  try {
    const agent = new Agent({
      store,
      epoch,
      node,
      nodeDirectory: resolve(run.directory),
      socketPath: run.socketPath ?? join(ownFolder ?? '', 'agent.sock'),
      adapters,
      version,
      binDirectory: binFolder(),
      ...(machine === undefined ? {} : { machine }),
      ...(staticValues === undefined ? {} : { staticValues }),
      ...(deploymentDirectory === undefined ? {} : { deploymentDirectory }),
      ...(run.outside === undefined ? {} : { outside: run.outside }),
    });
    agent.events.listen(run.listen);
    const stop = () => agent.stop(toHeddleError(signal.reason));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await agent.run();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  } finally {
    if (ownFolder !== undefined) await rm(ownFolder, { recursive: true, force: true });
  }
}

/** True when the process that started this one has ended. Threads of it, which are this one's parent meanwhile, may be about to. */
function hasEnded(parent: string): boolean {
  try {
    return parent !== String(process.ppid) || /\) [ZX] /.test(readFileSync(`/proc/${parent}/stat`, 'latin1'));
  } catch {
    // Gone by now.
    return true;
  }
}

/**
 * Give a signal that SIGINT and SIGTERM abort, with the error that says so.
 *
 * @param up  The process id of the `heddle up` that has started this process, if one has.
 */
export function interruption(what: string, up?: string): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    // Nobody has sent it when `up` was killed: the kernel has.
    const isLeft = up !== undefined && hasEnded(up);
    const by = isLeft ? ': heddle up has ended' : ` by ${signal}`;
    controller.abort(
      new HeddleError('interrupted', `${what} was interrupted${by}`, isLeft ? { details: { isLeft } } : {}),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  // Nobody reads any more, such as a killed `heddle up`: the roles still have to be stopped in order.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return controller.signal;
}
