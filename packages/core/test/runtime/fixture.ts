import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Awaiter,
  type AwaitRequest,
  type Clock,
  compile,
  type Epoch,
  HeddleError,
  type Json,
  type Key,
  NodeSession,
  openEpoch,
  type Plan,
  publish,
  RoleReporter,
  readSlice,
  type StaticValues,
  Stewardship,
  type Store,
  startEpoch,
  systemClock,
  type WaitRecord,
} from '@heddle/core';
import embedded from '@heddle/store-embedded';
import { onTestFinished } from 'vitest';

/** An embedded store in a folder of its own, closed and removed with the test. */
export async function openFixtureStore(): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-core-'));
  const store = await embedded.open(`embedded:${directory}`);
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });
  return store;
}

/** Compile a deployment whose roles all run a command that is never started here. */
export function planOf(
  nodes: Readonly<Record<string, { count?: number; roles: readonly object[] }>>,
  deadline = '30s',
): Plan {
  const text = JSON.stringify({ heddle: 1, deployment: 'test', deadline, nodes: withCommands(nodes) });
  return compile(text, { file: 'heddle.yaml', directory: '/tmp' });
}

function withCommands(nodes: Readonly<Record<string, { count?: number; roles: readonly object[] }>>) {
  return Object.fromEntries(
    Object.entries(nodes).map(([name, node]) => [
      name,
      { ...node, roles: node.roles.map((role) => ({ command: ['true'], ...role })) },
    ]),
  );
}

/** One node as its agent sees it: publishes, reads, ends roles. */
export class TestNode {
  readonly session: NodeSession;
  readonly awaiter: Awaiter;
  readonly recorded: WaitRecord[] = [];
  readonly failures: Error[] = [];
  readonly #plan: Plan;
  #onRecorded: (() => void) | undefined;

  private constructor(
    session: NodeSession,
    plan: Plan,
    slice: Awaited<ReturnType<typeof readSlice>>,
    staticValues?: StaticValues,
  ) {
    this.session = session;
    this.#plan = plan;
    const observer = {
      waiting: (record: WaitRecord) => {
        this.recorded.push(record);
        this.#onRecorded?.();
      },
      stillWaiting: () => undefined,
      recordFailed: (error: Error) => this.failures.push(error),
    };
    this.awaiter = new Awaiter(session, slice, observer, staticValues);
    const stewardship = new Stewardship(session, (error) => this.failures.push(error));
    onTestFinished(async () => {
      await this.awaiter.close();
      await stewardship.close();
    });
  }

  static async begin(
    store: Store,
    epoch: Epoch,
    plan: Plan,
    node: string,
    staticValues?: StaticValues,
    clock: Clock = systemClock,
  ): Promise<TestNode> {
    const session = await NodeSession.begin({ store, epoch, node, clock });
    return new TestNode(session, plan, await readSlice(store, epoch, node), staticValues);
  }

  /** Resolve when a wait of this node has been recorded. */
  nextRecord(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRecorded = resolve;
    });
  }

  publish(role: string, name: string, value: Json): Promise<string> {
    const output = this.#role(role).outputs.find((candidate) => candidate.name === name);
    if (output === undefined) throw new Error(`no output ${name}`);
    return publish(this.session, { role, output, value, source: 'test.rb:7' });
  }

  read(role: string, input: string, more: Partial<AwaitRequest> = {}) {
    const declared = this.#role(role).inputs.find((candidate) => candidate.path.join('.') === input);
    if (declared === undefined) throw new Error(`no input ${input}`);
    return this.awaiter.await({
      role,
      input: declared,
      directory: '/tmp/node',
      local: () => undefined,
      source: 'recipes/app.rb:14',
      ...more,
    });
  }

  /** Give a role its running record and return what ends it. */
  async run(role: string): Promise<RoleReporter> {
    const reporter = new RoleReporter(this.session, role);
    await reporter.update({ state: 'running', startedAt: new Date().toISOString() });
    return reporter;
  }

  #role(name: string) {
    const role = this.#plan.nodes
      .find((node) => node.name === this.session.node)
      ?.roles.find((candidate) => candidate.name === name);
    if (role === undefined) throw new Error(`no role ${name}`);
    return role;
  }
}

/** A store that refuses a watch on some keys, as a server does that checks who may read it. */
export function refusing(store: Store, isRefused: (key: Key) => boolean): Store {
  return {
    ...store,
    watch(prefix, handler, options) {
      if (!isRefused(prefix)) return store.watch(prefix, handler, options);
      setImmediate(() => handler.failed(new HeddleError('denied', 'no right to read it')));
      return { close: async () => undefined };
    },
  };
}

/** A store whose puts of some keys wait until they are released; `reached` resolves when the first of them has come. */
export function holdingPut(
  store: Store,
  isHeld: (key: Key) => boolean,
): { readonly store: Store; readonly reached: Promise<void>; readonly release: () => void } {
  let reach: () => void = () => undefined;
  let release: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding: Store = {
    ...store,
    async put(key, value, options) {
      if (isHeld(key)) {
        reach();
        await released;
      }
      return store.put(key, value, options);
    },
  };
  return { store: holding, reached, release };
}

/** A store, an epoch and one TestNode for every node of the plan. */
export async function begin(plan: Plan): Promise<{ store: Store; epoch: Epoch; nodes: Record<string, TestNode> }> {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const nodes: Record<string, TestNode> = {};
  for (const { name } of plan.nodes) nodes[name] = await TestNode.begin(store, epoch, plan, name);
  return { store, epoch, nodes };
}

export { openEpoch };

/** A store that gives no answer to whoever closes an epoch. */
export function unableToClose(store: Store, epoch: string): Store {
  return {
    ...store,
    put(key, value, options) {
      const isClosing = key.join('/') === `test/${epoch}/open` && !('absent' in options.expect);
      if (isClosing) return Promise.reject(new HeddleError('unavailable', 'the store does not answer'));
      return store.put(key, value, options);
    },
  };
}

/** A store as a process sees it that is stopped when it comes to deleting one kind of entries, such as `values`. */
export function stoppedAtDeleting(store: Store, kind: string): Store {
  return {
    ...store,
    delete(key, options) {
      if (key.includes(kind)) return Promise.reject(new HeddleError('closed', 'the process was stopped'));
      return store.delete(key, options);
    },
  };
}
