import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent as Connections, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Epoch,
  HeddleError,
  NodeSession,
  openEpoch,
  type Plan,
  RoleReporter,
  readState,
  requestRerun,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';
import type { AgentEvent } from '../src/events/events.ts';

/** An agent of node `a` whose roles `one` and `two` somebody else runs, stopped with the test. */
class Scene {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly #directory: string;
  readonly #agent: Agent;
  readonly #events: AgentEvent[] = [];
  #look: () => void = () => undefined;

  private constructor(store: Store, epoch: Epoch, directory: string, outside: readonly string[]) {
    this.store = store;
    this.epoch = epoch;
    this.#directory = directory;
    this.#agent = new Agent({
      store,
      epoch,
      node: 'a',
      nodeDirectory: join(directory, 'node'),
      socketPath: join(directory, 'agent.sock'),
      version: '0',
      adapters: new Map([['command', async () => ({ default: command })]]),
      outside,
    });
    this.#agent.events.listen((event) => {
      this.#events.push(event);
      this.#look();
    });
  }

  static async start(plan: Plan, outside: readonly string[]): Promise<Scene> {
    const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const store = await openFixtureStore();
    await startEpoch(store, plan);
    const scene = new Scene(store, await openEpoch(store, 'test', '1'), directory, outside);
    const running = scene.#agent.run();
    onTestFinished(async () => {
      scene.#agent.stop(new HeddleError('interrupted', 'the test is over'));
      await running;
    });
    return scene;
  }

  /** Resolve with the first event that is like this, counted from the call before; what came with it is not looked at again. */
  until(isLike: (event: AgentEvent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        const found = this.#events.findIndex(isLike);
        if (found < 0) return;
        this.#look = () => undefined;
        this.#events.splice(0, found + 1);
        resolve();
      };
      this.#look();
    });
  }

  untilState(role: string, state: string): Promise<void> {
    return this.until((event) => event.type === 'role' && event.role === role && event.state === state);
  }

  untilWaitsFor(role: string): Promise<void> {
    return this.until((event) => event.type === 'still-waiting' && event.role === role);
  }

  async state(role: string): Promise<string | undefined> {
    const { roles } = await readState(this.store, 'test', '1');
    return roles.find((record) => record.node === 'a' && record.role === role)?.state;
  }

  /** Ask to be let in as a run of a role. */
  knock(role: string) {
    const socketPath = join(this.#directory, 'agent.sock');
    // The run lasts as long as this connection.
    const agent = new Connections({ keepAlive: true });
    const sent = request({ socketPath, path: '/v1/runs', method: 'POST', agent });
    const status = new Promise<number | undefined>((resolve, reject) => {
      sent.on('response', (response) => {
        response.on('error', () => undefined).resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
    });
    status.catch(() => undefined);
    sent.end(JSON.stringify({ role }));
    const leave = () => {
      sent.destroy();
      agent.destroy();
    };
    onTestFinished(leave);
    return { status, leave };
  }

  /** Make the agent stand still before it lets a run begin, where it notes its id; the returned function lets it go on. */
  async holdNote(): Promise<() => Promise<void>> {
    const note = join(this.#directory, 'node', 'run');
    // The note of the run before goes after its end is told.
    await vi.waitFor(() => execa('mkfifo', [note]));
    return async () => void (await readFile(note));
  }

  /** Resolve when the agent has answered; by then it has noticed which connections were closed before. */
  async answered(): Promise<void> {
    const socketPath = join(this.#directory, 'agent.sock');
    for (let time = 0; time < 5; time += 1) {
      await new Promise<void>((resolve, reject) => {
        const sent = request({ socketPath, path: '/v1/health', agent: false }, (response) => {
          response.resume().on('end', () => resolve());
        });
        sent.on('error', reject).end();
      });
    }
  }

  /** Be the run of a role to its end. */
  async play(role: string): Promise<void> {
    const { status, leave } = this.knock(role);
    expect(await status).toBe(200);
    const ended = new Promise<number | undefined>((resolve, reject) => {
      const options = {
        socketPath: join(this.#directory, 'agent.sock'),
        path: `/v1/roles/${role}/publish`,
        method: 'POST',
        agent: false,
      } as const;
      const sent = request(options, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      sent.on('error', reject).end(JSON.stringify({ outputs: {}, end: true }));
    });
    expect(await ended).toBe(200);
    leave();
    await this.untilState(role, 'done');
  }
}

test('what retry asks is taken while a role waits for its run from outside, and run before it', async () => {
  const plan = planOf({ a: { roles: [{ name: 'first' }, { name: 'one' }] } });
  const scene = await Scene.start(plan, ['one']);
  await scene.untilState('first', 'done');
  await scene.untilWaitsFor('one');
  await requestRerun(scene.store, scene.epoch, [{ node: 'a', role: 'first' }], 'root@ops', systemClock);
  await scene.untilState('first', 'done');
  await scene.untilWaitsFor('one');
  expect(await scene.store.get(scene.epoch.keys.retry('a'))).toBeUndefined();
  await scene.play('one');
});

test('a run from outside that leaves before it begins leaves its good role as it was, and nobody waits for it', async () => {
  const plan = planOf({
    a: { roles: [{ name: 'one' }, { name: 'two', after: ['b.base'] }] },
    b: { roles: [{ name: 'base' }] },
  });
  const scene = await Scene.start(plan, ['one', 'two']);
  const other = await NodeSession.begin({ store: scene.store, epoch: scene.epoch, node: 'b', clock: systemClock });
  await new RoleReporter(other, 'base').end({ state: 'done' });
  await scene.untilWaitsFor('one');
  await scene.play('one');
  await scene.play('two');
  // Now a run of two would have to wait.
  await requestRerun(scene.store, scene.epoch, [{ node: 'b', role: 'base' }], 'root@ops', systemClock);
  const { status, leave } = scene.knock('two');
  await scene.until((event) => event.type === 'wait' && event.role === 'two');
  leave();
  await expect(status).rejects.toThrow();
  await scene.play('one');
  expect(await scene.state('two')).toBe('done');
});

test('a run from outside that leaves when its turn has come, but before it is told so, was none: the next one takes the turn', async () => {
  const scene = await Scene.start(planOf({ a: { roles: [{ name: 'one' }] } }), ['one']);
  await scene.untilWaitsFor('one');
  const goOn = await scene.holdNote();
  const { status, leave } = scene.knock('one');
  await scene.answered();
  leave();
  await expect(status).rejects.toThrow();
  await scene.answered();
  await goOn();
  await scene.untilWaitsFor('one');
  expect(await scene.state('one')).toBeUndefined();
  await scene.play('one');
});

test('of a role that has ended well, a run from outside that leaves before it is told to begin changes nothing', async () => {
  const scene = await Scene.start(planOf({ a: { roles: [{ name: 'one' }] } }), ['one']);
  await scene.untilWaitsFor('one');
  await scene.play('one');
  const goOn = await scene.holdNote();
  const { status, leave } = scene.knock('one');
  await scene.answered();
  leave();
  await expect(status).rejects.toThrow();
  await scene.answered();
  await goOn();
  await scene.answered();
  expect(await scene.state('one')).toBe('done');
  await scene.play('one');
});
