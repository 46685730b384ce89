import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentEvent, type MachineEntry, takeLock } from '@heddle/agent';
import {
  type AccessMode,
  type DeploymentState,
  type Epoch,
  HeddleError,
  type Isolation,
  type Plan,
  readRequest,
  readState,
  StateFollower,
  type Store,
  statusView,
  systemClock,
  toHeddleError,
  type WaitRecord,
  withoutPassword,
} from '@heddle/core';
import { credentialsBeside } from '../deployment/keep-credentials.ts';
import { stateDirectory } from '../deployment/locate.ts';
import { openPlanStore } from '../deployment/open-plan-store.ts';
import { counted } from '../output/counted.ts';
import { type AgentExit, AgentProcess } from './agent-process.ts';
import { beginEpoch, goOnWithEpoch } from './begin-epoch.ts';
import { chooseIsolation } from './choose-isolation.ts';
import type { UpDisplay } from './display.ts';
import { chooseExitCode, hasEnded } from './exit-code.ts';
import { Fleet } from './fleet.ts';
import { endRoles } from './lost-agent.ts';
import { createNodeMachines, type NodeMachines } from './machines.ts';
import { Presence } from './presence.ts';
import { OutdatedRoles } from './rerun-outdated.ts';
import { Roster } from './roster.ts';

export interface UpOptions {
  readonly plan: Plan;
  readonly storeUrl: string;
  /** Undefined: as the epoch that is continued was begun, a new one with `process`. */
  readonly isolate: Isolation | undefined;
  readonly access: AccessMode;
  /** Continue the current epoch instead of starting a new one. */
  readonly isResumed: boolean;
  readonly display: UpDisplay;
  /** Aborted to stop the deployment; the reason is a HeddleError. */
  readonly signal: AbortSignal;
}

/** How long agents may take to stop before they are killed, in ms: children get 3 s of it. */
const stopAgentsMs = 4200;

/**
 * Run a deployment on this machine: a new epoch, or the current one once more, every node as its own agent and process tree, until all have ended.
 *
 * @returns The exit code by the precedence of the documentation.
 * @throws What keeps it from starting: agent-busy when another `heddle up` runs it, store errors, tool-missing for machines.
 */
export async function runDeployment(options: UpOptions): Promise<number> {
  const { plan, storeUrl } = options;
  const directory = stateDirectory(plan.directory, plan.deployment);
  // First of all: a store that cannot be opened leaves nothing behind.
  const store = await openPlanStore(plan, storeUrl);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Before the epoch: a new one would close that of a deployment that runs.
    const unlock = await takeLock(
      join(directory, 'up.lock'),
      `another heddle up runs deployment ${plan.deployment} in ${plan.directory}`,
    );
    try {
      return await runEpoch(options, store, directory);
    } finally {
      await unlock();
    }
  } finally {
    await store.close();
  }
}

async function runEpoch(options: UpOptions, store: Store, directory: string): Promise<number> {
  const { plan, display, signal } = options;
  // Socket paths are at most 107 bytes long: a short folder of their own.
  const socketDirectory = await mkdtemp(join(tmpdir(), 'heddle-'));
  let machines: NodeMachines | undefined;
  try {
    const isolation = await chooseIsolation(options, store);
    if (isolation === 'machine') {
      display.note(`starting ${counted(plan.nodes.length, 'machine')}`);
      machines = await createNodeMachines(plan, join(directory, 'nodes'), socketDirectory);
    }
    const { epoch, credentials } = await (options.isResumed
      ? goOnWithEpoch(options, store)
      : beginEpoch(options, store, isolation));
    const isShared = credentials.size === 0 && store.capabilities.distributed && store.capabilities.acl;
    const who = isShared
      ? ', all with your credentials'
      : credentials.size === 0
        ? ''
        : ', each with credentials of its own';
    display.note(
      `deployment ${plan.deployment}, epoch ${epoch.keys.epoch}: ${counted(plan.nodes.length, 'node')}${who}; logs in ${join(directory, 'nodes')}`,
    );
    return await runAgents(
      options,
      store,
      epoch,
      { directory, socketDirectory, entries: machines?.entries ?? new Map(), credentials },
      signal,
    );
  } finally {
    await machines?.close();
    await rm(socketDirectory, { recursive: true, force: true });
  }
}

interface Places {
  readonly directory: string;
  readonly socketDirectory: string;
  readonly entries: ReadonlyMap<string, MachineEntry>;
  /** The file of each node's credentials, where it has its own. */
  readonly credentials: ReadonlyMap<string, string>;
}

async function runAgents(
  options: UpOptions,
  store: Store,
  epoch: Epoch,
  places: Places,
  signal: AbortSignal,
): Promise<number> {
  const { plan, display, storeUrl } = options;
  const show = () => display.show(() => statusView(follower.state, systemClock.wallMs()));
  const follower = new StateFollower(
    store,
    await readTold(options, store, epoch, places),
    () => show(),
    (error) => display.warn(error.message),
  );
  const numbers = new Map(plan.nodes.map(({ name }, number) => [name, number]));
  const start = (node: string) => {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return new AgentProcess({
      storeUrl,
      deployment: plan.deployment,
      epoch: epoch.keys.epoch,
      node,
      nodeDirectory: join(places.directory, 'nodes', node),
      socketPath: join(places.socketDirectory, `${number}.sock`),
      machine: places.entries.get(node),
      credentialsFile: places.credentials.get(node) ?? credentialsBeside(places.credentials, node),
      onEvent: (event: AgentEvent) => display.event(event),
      onText: (line) => display.agentText(node, line),
    });
  };
  const fleet = new Fleet({
    start,
    asked: async (node) => (await readRequest(store, epoch, node))?.rev,
    ended: (agent, exit) => afterExit(store, epoch, agent, exit, display, follower.state.waits),
    drop: async (node) => {
      const request = await readRequest(store, epoch, node);
      if (request !== undefined) await store.delete(epoch.keys.retry(node), { expect: { rev: request.rev } });
    },
  });
  const roster = new Roster(
    store,
    epoch,
    plan.nodes,
    (node) => {
      if (places.entries.size > 0)
        return display.warn(
          `node ${node} is new, and no machine is made for it while the others run: end this, then heddle up --resume`,
        );
      display.note(`node ${node} is new: its group has grown`);
      fleet.start(node);
    },
    (error) => display.warn(error.message),
  );
  const presence = new Presence(
    store,
    epoch,
    (node) => (roster.has(node) ? fleet.wake(node) : undefined),
    (error) => display.warn(error.message),
  );
  const stop = () => {
    fleet.stop();
    stopAgents(fleet.agents);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await presence.announce();
    if (!signal.aborted) for (const { name } of plan.nodes) fleet.start(name);
    const outdated = new OutdatedRoles(
      store,
      epoch,
      () => roster.nodes,
      (text) => display.note(text),
    );
    const state = await runToEnd(
      { fleet, presence, roster, outdated },
      () => readTold(options, store, epoch, places),
      signal,
    );
    const left = signal.aborted || state.abort !== undefined ? undefined : await outdated.left(state);
    const view = statusView(state, systemClock.wallMs());
    display.summary(view);
    for (const role of signal.aborted ? [] : view.roles)
      if (!hasEnded(role))
        display.warn(`${role.node} role ${role.role} has not ended: it is ${role.state}, and nobody here runs it`);
    if (left !== undefined) display.failure(left.toJSON());
    return chooseExitCode(view, [...fleet.errors, ...(left === undefined ? [] : [left])], signal);
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(fleet.agents.map((agent) => agent.kill()));
    await presence.close();
    await roster.close();
    await follower.close();
  }
}

/** Wait until all agents have ended, nothing is outdated that can be run again, and nobody asks for anything. Resolves with how the roles stand. */
async function runToEnd(
  {
    fleet,
    presence,
    roster,
    outdated,
  }: {
    readonly fleet: Fleet;
    readonly presence: Presence;
    readonly roster: Roster;
    readonly outdated: OutdatedRoles;
  },
  read: () => Promise<DeploymentState>,
  signal: AbortSignal,
): Promise<DeploymentState> {
  for (;;) {
    await fleet.settled();
    const state = await read();
    if (signal.aborted) return state;
    const again = state.abort === undefined ? await outdated.rerun(state) : [];
    for (const node of again) fleet.wake(node);
    if (again.length > 0) continue;
    const asked = await presence.leave();
    if (asked.length === 0 && !(await roster.look()) && fleet.isSettled) return state;
    await presence.announce();
    for (const node of asked) fleet.wake(node);
  }
}

/** An agent that ended without ending its roles is gone: nobody may wait for it. */
async function afterExit(
  store: Store,
  epoch: Epoch,
  agent: AgentProcess,
  exit: AgentExit,
  display: UpDisplay,
  waits: readonly WaitRecord[],
): Promise<HeddleError | undefined> {
  const { node } = agent;
  try {
    const lost = await endRoles(store, epoch, node, exit, waits);
    if (lost.length > 0) await agent.killLeftovers();
    for (const { role, error, endedAt: time = '' } of lost)
      if (error !== undefined) display.event({ type: 'error', time, node, role, error });
    return lost.length === 0 ? undefined : new HeddleError('producer-lost', `node ${node} is lost: ${exit.text}`);
  } catch (thrown) {
    const error = toHeddleError(thrown);
    // One outage meets every node; it is told once, at the end.
    if (error.code !== 'unavailable') display.failure(error.toJSON());
    return error;
  }
}

/** Read how the roles stand; throws unavailable, in words for who waits for them, when the store is gone. */
async function readTold(
  { plan, storeUrl }: UpOptions,
  store: Store,
  epoch: Epoch,
  { directory }: Places,
): Promise<DeploymentState> {
  try {
    return await readState(store, plan.deployment, epoch.keys.epoch);
  } catch (thrown) {
    const error = toHeddleError(thrown);
    if (error.code !== 'unavailable') throw error;
    throw new HeddleError(
      'unavailable',
      `the store ${withoutPassword(storeUrl)} does not answer any more, so nobody can say how the roles of ${plan.deployment} stand`,
      {
        cause: error,
        next: [
          `read what the roles printed: ${join(directory, 'nodes')}/NODE/log`,
          'check that the store runs, then run heddle up --resume',
        ],
      },
    );
  }
}

function stopAgents(agents: readonly AgentProcess[]): void {
  for (const agent of agents) agent.interrupt();
  const timer = setTimeout(() => {
    for (const agent of agents) agent.kill().catch(() => undefined);
  }, stopAgentsMs);
  Promise.all(agents.map((agent) => agent.exit))
    .finally(() => clearTimeout(timer))
    .catch(() => undefined);
}
