import {
  abortEpoch,
  awaitRoles,
  type Clock,
  declareLost,
  type Epoch,
  errorFromData,
  type HeddleError,
  type LostAgent,
  type RoleReporter,
  type Store,
  startEpoch,
  systemClock,
  toHeddleError,
  type WatchHandler,
} from '@heddle/core';
import { decodeRecord } from '../../../src/store/store.ts';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';

export const plan = planOf({
  db: {
    roles: [{ name: 'mysql', inputs: { ip: '${web.ip}', word: '${late.word}' }, outputs: { port: 'mysql.port' } }],
  },
  web: {
    roles: [
      {
        name: 'app',
        inputs: {
          'db.port': '${db.port}',
          'db.name': '${db.port.name}',
          'db.now': { $value: '${db.port}', missing: 'fail' },
          own: '${web.ip}',
        },
        outputs: { ip: 'ip' },
      },
    ],
  },
  late: { roles: [{ name: 'job', after: ['db.mysql'], deadline: '1s', outputs: { word: 'word' } }] },
});

/** The system's clock, that a test puts forward: what has waited has waited for longer. */
class LeapingClock implements Clock {
  #leapMs = 0;

  wallMs(): number {
    return systemClock.wallMs() + this.#leapMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#leapMs;
  }

  timer(delayMs: number, call: () => void): () => void {
    return systemClock.timer(delayMs, call);
  }

  leap(ms: number): void {
    this.#leapMs += ms;
  }
}

/** A deployment: web and late have a clock that leaps, and a store whose watches can be told that it does not answer. */
export class Scene {
  readonly clock = new LeapingClock();
  readonly #handlers: WatchHandler[] = [];
  readonly store: Store;
  readonly epoch: Epoch;

  private constructor(store: Store, epoch: Epoch) {
    this.store = store;
    this.epoch = epoch;
  }

  static async begin(): Promise<Scene> {
    const store = await openFixtureStore();
    return new Scene(store, await startEpoch(store, plan));
  }

  node(name: string): Promise<TestNode> {
    if (name === 'db') return TestNode.begin(this.store, this.epoch, plan, name);
    const store: Store = {
      ...this.store,
      watch: (prefix, handler, options) => {
        this.#handlers.push(handler);
        return this.store.watch(prefix, handler, options);
      },
    };
    return TestNode.begin(store, this.epoch, plan, name, undefined, this.clock);
  }

  /** Let web wait for db.port in its recipe for a bit more than two minutes, while db installs its package; then `end` that. */
  async readPort(end: (mysql: RoleReporter) => unknown, more: { readonly timeoutMs?: number } = {}) {
    const mysql = await (await this.node('db')).run('mysql');
    await mysql.update({ step: 'package[mysql]', stepAt: new Date(systemClock.wallMs()).toISOString() });
    const web = await this.node('web');
    const recorded = web.nextRecord();
    const reading = errorOf(web.read('app', 'db.port', more));
    await recorded;
    this.clock.leap(125_000);
    await end(mysql);
    return reading;
  }

  /** Let job of late wait for the end of mysql of db. */
  async startJob(end: (mysql: RoleReporter) => unknown) {
    const mysql = await (await this.node('db')).run('mysql');
    await mysql.update({ step: 'package[mysql]', stepAt: new Date(systemClock.wallMs()).toISOString() });
    const { outcome, recorded } = await this.awaitTurn();
    await recorded;
    this.clock.leap(125_000);
    await end(mysql);
    return outcome;
  }

  async awaitTurn(): Promise<{ readonly outcome: Promise<HeddleError>; readonly recorded: Promise<void> }> {
    const { session } = await this.node('late');
    const role = plan.nodes.find(({ name }) => name === 'late')?.roles[0];
    if (role === undefined) throw new Error('the plan has no role job');
    let tell: () => void = () => undefined;
    const recorded = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const observer = { waiting: () => tell(), stillToRun: () => undefined, recordFailed: () => undefined };
    return { outcome: errorOf(awaitRoles(session, role, new AbortController().signal, observer)), recorded };
  }

  silence(): void {
    for (const { status } of this.#handlers) status('down');
  }

  lose(agent?: LostAgent): Promise<unknown> {
    return declareLost(this.store, this.epoch, 'db', 'its agent was ended by SIGKILL', systemClock, agent);
  }

  abort(): Promise<unknown> {
    return abortEpoch(this.store, this.epoch, { by: 'root@ops', reason: 'wrong release' }, systemClock);
  }

  /** The error in the end record of mysql of db. */
  async recordedError(): Promise<HeddleError> {
    const entry = await this.store.get(this.epoch.keys.role('db', 'mysql'));
    return errorFromData(entry && (decodeRecord(entry.value) as { error?: unknown }).error);
  }
}

export function errorOf(work: Promise<unknown>): Promise<HeddleError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => toHeddleError(thrown),
  );
}
