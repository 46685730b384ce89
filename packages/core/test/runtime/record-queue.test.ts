import {
  HeddleError,
  makePending,
  NodeSession,
  publish,
  RoleReporter,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

const plan = planOf({ web: { roles: [{ name: 'one' }, { name: 'two', outputs: { port: 'port' } }] } });

/** A node whose store goes away, comes back, or takes nothing more. */
async function scene() {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  let refusal: HeddleError | undefined;
  const written: string[] = [];
  const unsteady: Store = {
    ...store,
    async put(key, value, options) {
      if (refusal !== undefined) throw refusal;
      const result = await store.put(key, value, options);
      if (key.includes('roles')) written.push(`${key.at(-1)} ${JSON.parse(Buffer.from(value).toString()).state}`);
      if (key.includes('values')) written.push(`value ${key.at(-1)}`);
      return result;
    },
  };
  let ended: (why: HeddleError) => void = () => undefined;
  const end = new Promise<HeddleError>((resolve) => {
    ended = resolve;
  });
  const session = await NodeSession.begin({ store: unsteady, epoch, node: 'web', clock: systemClock, ended });
  const refuse = (error: HeddleError | undefined) => {
    refusal = error;
  };
  onTestFinished(() => refuse(undefined));
  return { session, written, refuse, end };
}

const away = () => new HeddleError('unavailable', 'no answer');

it('a role ends and the next one begins while the store is away; their records arrive in order when it is back', async () => {
  const { session, written, refuse } = await scene();
  const one = new RoleReporter(session, 'one');
  await one.update({ state: 'running' });
  refuse(away());
  await one.end({ state: 'done' });
  const two = new RoleReporter(session, 'two');
  await two.update({ state: 'running' });
  await two.end({ state: 'failed' });
  expect(written).toEqual(['one running']);
  refuse(undefined);
  await session.recorded();
  expect(written).toEqual(['one running', 'one done', 'two running', 'two failed']);
});

it('a record that the store takes is stored when its role goes on', async () => {
  const { session, written } = await scene();
  const one = new RoleReporter(session, 'one');
  await one.update({ state: 'running' });
  expect(written).toEqual(['one running']);
  await one.end({ state: 'done' });
  expect(written).toEqual(['one running', 'one done']);
});

it('an agent ends when what it had queued may not be written any more, and says why', async () => {
  const { session, written, refuse, end } = await scene();
  const one = new RoleReporter(session, 'one');
  await one.update({ state: 'running' });
  refuse(away());
  await one.end({ state: 'done' });
  refuse(new HeddleError('fenced', 'another agent has the node'));
  expect(await end).toMatchObject({ code: 'fenced', message: 'another agent has the node' });
  await expect(session.recorded()).rejects.toMatchObject({ code: 'fenced' });
  await expect(new RoleReporter(session, 'two').update({ state: 'running' })).rejects.toMatchObject({ code: 'fenced' });
  expect(written).toEqual(['one running']);
});

it('a value is published after the records that were queued before it', async () => {
  const { session, written, refuse } = await scene();
  const output = plan.nodes[0]?.roles[1]?.outputs[0];
  if (output === undefined) throw new Error('there is no output');
  const one = new RoleReporter(session, 'one');
  await one.update({ state: 'running' });
  refuse(away());
  await one.end({ state: 'done' });
  const two = new RoleReporter(session, 'two');
  await two.update({ state: 'running' });
  const publishing = publish(session, { role: 'two', output, value: 1 });
  refuse(undefined);
  await publishing;
  expect(written).toEqual(['one running', 'one done', 'two running', 'value port']);
});

it('a role is pending again after its end was written that had been queued', async () => {
  const { session, written, refuse } = await scene();
  const one = new RoleReporter(session, 'one');
  await one.update({ state: 'running' });
  refuse(away());
  await one.end({ state: 'failed' });
  await new RoleReporter(session, 'two').end({ state: 'failed' });
  const pending = makePending(session, 'two');
  refuse(undefined);
  await pending;
  expect(written).toEqual(['one running', 'one failed', 'two failed', 'two pending']);
});
