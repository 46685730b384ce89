import { constants } from 'node:os';
import { type AdapterContext, Agent, type AgentEvent, loadAdapter, type RoleOutcome } from '@heddle/agent';
import {
  type Epoch,
  evaluate,
  formatError,
  HeddleError,
  inOrder,
  type Plan,
  type PlanRole,
  type PlanSlice,
  parse,
  type RoleRecord,
  readSlice,
  roleDigest,
  type Store,
} from '@heddle/core';
import { adapters } from '../adapters.ts';
import { binFolder } from '../assets.ts';
import { eventLine } from '../output/event-lines.ts';
import { version } from '../version.ts';
import { type Candidate, chooseRole } from './choose-role.ts';
import { findNodeName } from './node-name.ts';
import { runPreview } from './preview.ts';

export interface TypedCommandOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly command: readonly [string, ...string[]];
  /** From the flags; undefined: found out. */
  readonly node: string | undefined;
  readonly role: string | undefined;
  /** The node's own working folder; `planDirectory` is the folder of the deployment file. */
  readonly directoryOf: (node: string, planDirectory: string) => string;
  /** What the deployment file says now, with the sizes that groups were scaled to, if there is one. */
  readonly plan: Plan | undefined;
  readonly socketPath: string;
  readonly quiet: boolean;
}

/** Run a command as one role of a node, with an agent around it, and give its exit code, or Heddle's when Heddle ended it. */
export async function runTypedCommand(options: TypedCommandOptions): Promise<number> {
  const { store, epoch, command, quiet } = options;
  const nodes = (await store.list(epoch.keys.plans())).map((entry) => entry.key.at(-1) as string);
  const node = await findNodeName(options.node, nodes);
  const slice = await readSlice(store, epoch, node);
  const nodeDirectory = options.directoryOf(node, slice.directory);
  const roles = inOrder(slice.node.roles);
  const candidates = await Promise.all(roles.map((role) => candidate(options, slice, role, nodeDirectory)));
  const role = chooseRole({ ...slice.node, roles }, command, candidates, options.role);
  const adapter = await loadAdapter(role.adapter, adapters, slice.directory);
  const tell = (text: string) => (quiet ? undefined : process.stderr.write(`heddle: ${text}\n`));
  if (adapter.previews?.(command) === true) {
    tell(
      `${command[0]} shows what role ${role.name} of ${node} would do: it gets no value, and nothing of it is recorded`,
    );
    return runPreview({ slice, role, adapter, command, nodeDirectory, socketPath: options.socketPath });
  }
  tell(`${command[0]} runs as role ${role.name} of ${node}, deployment ${epoch.deployment}, epoch ${epoch.keys.epoch}`);
  if (hasChanged(options.plan, slice)) {
    tell(
      `the deployment file has changed since this epoch began, whose own plan counts; heddle seed FILE starts a new one`,
    );
  }
  if (role.after.length > 0) tell(`it starts after ${role.after.map((ref) => `${ref.node}.${ref.role}`).join(', ')}`);

  const only = { role: role.name, command, workingDirectory: process.cwd() };
  const agent = new Agent({
    store,
    epoch,
    node,
    nodeDirectory,
    socketPath: options.socketPath,
    adapters,
    version,
    binDirectory: binFolder(),
    only,
  });
  agent.events.listen((event) => show(event, quiet));
  const stop = (signal: NodeJS.Signals) =>
    agent.stop(new HeddleError('interrupted', `role ${role.name} of ${node} was interrupted by ${signal}`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const [outcome] = await agent.run();
  return outcome === undefined ? 1 : exitCode(outcome, adapter.hasLocalLevel);
}

/** True when the deployment file now says something else of the node's roles than the epoch's plan. */
function hasChanged(plan: Plan | undefined, { node }: PlanSlice): boolean {
  const now = plan?.nodes.find(({ name }) => name === node.name);
  const digests = (roles: readonly PlanRole[]) => roles.map(roleDigest).join();
  return plan !== undefined && (now === undefined || digests(now.roles) !== digests(node.roles));
}

async function candidate(
  { store, epoch, command }: TypedCommandOptions,
  slice: PlanSlice,
  role: PlanRole,
  nodeDirectory: string,
): Promise<Candidate> {
  const entry = await store.get(epoch.keys.role(slice.node.name, role.name));
  const adapter = await loadAdapter(role.adapter, adapters, slice.directory);
  const context: AdapterContext = {
    role,
    options: evaluate(role.options, { directory: nodeDirectory }),
    directory: slice.directory,
  };
  // What is only shown can be shown of a role that is done, too.
  const isDue = entry === undefined || adapter.previews?.(command) === true;
  const state = isDue ? 'pending' : parse<RoleRecord>(entry).state;
  return { role, state, isRecognised: adapter.detect(command, context) };
}

/**
 * The command's exit code when it ended by itself. Where reads happen inside the CM tool, a read that failed ends the run with Heddle's error;
 * a program that calls `heddle get` got that error as an exit code, and its own exit code is its answer to it.
 */
function exitCode({ error, exit }: RoleOutcome, readsInside: boolean): number {
  if (error === undefined) return 0;
  const ownCode =
    exit === undefined ? null : exit.signal === null ? exit.exitCode : 128 + constants.signals[exit.signal];
  const isOwn = error.code === 'role-failed' || (!readsInside && error.code !== 'interrupted');
  return isOwn && ownCode !== null && ownCode !== 0 ? ownCode : error.exitCode;
}

/** The command's output goes where it would go without Heddle; what Heddle has to say goes to stderr. */
function show(event: AgentEvent, quiet: boolean): void {
  if (event.type === 'output') {
    process[event.from].write(`${event.line}\n`);
  } else if (event.type === 'error') {
    // The output of a command that failed is on the terminal already.
    process.stderr.write(
      `heddle: ${event.error.code === 'role-failed' ? event.error.message : formatError(event.error)}\n`,
    );
  } else if (event.type !== 'role' && !quiet) {
    const line = eventLine(event, false);
    if (line !== undefined) process.stderr.write(`heddle: ${line}\n`);
  }
}
