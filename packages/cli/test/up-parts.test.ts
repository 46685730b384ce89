import { HeddleError, NodeSession, openEpoch, type RoleView, startEpoch, systemClock } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import type { AgentProcess } from '../src/up/agent-process.ts';
import { chooseExitCode } from '../src/up/exit-code.ts';
import { Fleet } from '../src/up/fleet.ts';
import { endRoles } from '../src/up/lost-agent.ts';
import { Presence } from '../src/up/presence.ts';

const plan = planOf({ a: { roles: [{ name: 'one' }] } });

async function epochOf() {
  const store = await openFixtureStore();
  await startEpoch(store, plan);
  return { store, epoch: await openEpoch(store, 'test') };
}

describe('the exit code of heddle up', () => {
  const view = (state: RoleView['state']): RoleView => ({
    node: 'a',
    role: 'one',
    state,
    waits: [],
    unwritten: [],
    unread: [],
    defaulted: [],
    outdated: [],
  });
  const codeOf = (...states: RoleView['state'][]) =>
    chooseExitCode({ roles: states.map(view) }, [], new AbortController().signal);

  test('is 0 only when every role has ended well', () => {
    expect(codeOf('done', 'done')).toBe(0);
  });

  test.each(['pending', 'running', 'waiting', 'failed'] as const)('is 21 when a role is %s', (state) => {
    expect(codeOf('done', state)).toBe(21);
  });
});

describe('an agent that ended while another one has its node', () => {
  test('leaves the roles of that one alone', async () => {
    const { store, epoch } = await epochOf();
    const own = await NodeSession.begin({ store, epoch, node: 'a', clock: systemClock });
    const other = await NodeSession.begin({ store, epoch, node: 'a', clock: systemClock });
    const exit = { text: 'its agent ended with exit code 24', incarnation: own.incarnation };
    expect(await endRoles(store, epoch, 'a', exit, [])).toEqual([]);
    await other.write(epoch.keys.role('a', 'one'), { state: 'running' });
  });

  test('ends its own roles when nobody else has it', async () => {
    const { store, epoch } = await epochOf();
    const own = await NodeSession.begin({ store, epoch, node: 'a', clock: systemClock });
    const exit = { text: 'its agent was ended by SIGKILL', incarnation: own.incarnation };
    expect(await endRoles(store, epoch, 'a', exit, [])).toMatchObject([
      {
        role: 'one',
        state: 'lost',
        error: { message: 'a role one is lost: its agent was ended by SIGKILL; last seen: not started yet' },
      },
    ]);
  });
});

describe('the fleet', () => {
  test('starts no agent of what it was looking for when it was stopped', async () => {
    const started: string[] = [];
    let answer: (rev: string) => void = () => undefined;
    const fleet = new Fleet({
      start: (node) => {
        started.push(node);
        return { node, exit: Promise.resolve({ text: 'ended', incarnation: undefined }) } as unknown as AgentProcess;
      },
      asked: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      ended: async () => undefined,
      drop: async () => undefined,
    });
    fleet.wake('a');
    fleet.stop();
    answer('7');
    await fleet.settled();
    expect(started).toEqual([]);
  });
});

describe('what says that a heddle up is there', () => {
  test('stays when another one has taken its place', async () => {
    const { store, epoch } = await epochOf();
    const fail = (error: HeddleError) => {
      throw error;
    };
    const first = new Presence(store, epoch, () => undefined, fail);
    const second = new Presence(store, epoch, () => undefined, fail);
    await first.announce();
    await second.announce();
    await first.leave();
    expect(await store.get(epoch.keys.up())).toBeDefined();
    await second.leave();
    expect(await store.get(epoch.keys.up())).toBeUndefined();
    await Promise.all([first.close(), second.close()]);
  });
});
