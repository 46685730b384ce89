import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEpoch, type Plan, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';

/** Post a body to the agent, also when the agent refuses it. */
const post = (route: string, body: string) =>
  `curl --silent --unix-socket "$HEDDLE_SOCKET" http://heddle/v1/roles/r/${route} -d '${body}'`;
const tooLarge = `{ printf '{"outputs":{"x":{"value":"'; head -c 1500000 /dev/urandom | base64 -w0; printf '"}}}'; } | ${post('publish', '@-')}`;
const lose = post('state', '{"error":{"message":"the output x could not be handed over (TypeError)","output":"x"}}');
const set = post('publish', '{"outputs":{"x":{"value":1}}}');
const recover = post('state', '{"recovered":true}');
const undeclared = [
  post('publish', '{"outputs":{"z":{"value":1}}}'),
  post('state', '{"error":{"message":"the output z could not be handed over","output":"z"}}'),
];

/** Run a role whose output was found in its files, and whose tool, like all that have a shim, ends well whatever becomes of its reports. */
function outcomeOf(...lines: readonly string[]) {
  return outcomeWith({ x: 'x' }, lines);
}

/** As `outcomeOf`, with other outputs, of which x was found. */
async function outcomeWith(outputs: Readonly<Record<string, string>>, lines: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = await openFixtureStore();
  const role = { name: 'r', command: ['sh', '-c', lines.join('\n')], outputs };
  await startEpoch(store, withFound(planOf({ a: { roles: [role] } })));
  const agent = new Agent({
    store,
    epoch: await openEpoch(store, 'test', '1'),
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: { ...command, hasLocalLevel: true } })]]),
  });
  return (await agent.run())[0];
}

function withFound(plan: Plan): Plan {
  return {
    ...plan,
    nodes: plan.nodes.map((node) => ({
      ...node,
      roles: node.roles.map((role) => ({
        ...role,
        outputs: role.outputs.map((output) => (output.name === 'x' ? { ...output, found: true as const } : output)),
      })),
    })),
  };
}

it('a role with a found output that was refused has failed of the refusal', async () => {
  expect(await outcomeOf(tooLarge)).toMatchObject({ state: 'failed', error: { code: 'too-large' } });
});

it('a role with an earlier value of a refused output has failed all the same', async () => {
  expect(await outcomeOf(set, tooLarge)).toMatchObject({ state: 'failed', error: { code: 'too-large' } });
});

it('a role whose tool could not report a found output has failed of what the tool says', async () => {
  expect(await outcomeOf(lose)).toMatchObject({
    state: 'failed',
    error: { code: 'role-failed', message: 'a role r failed: the output x could not be handed over (TypeError)' },
  });
});

it.each([[[tooLarge, lose]], [[lose, tooLarge]]])(
  'the refusal counts before what the tool says of it',
  async (lines) => {
    expect(await outcomeOf(...lines)).toMatchObject({ state: 'failed', error: { code: 'too-large' } });
  },
);

it('a role whose lost output was written in the end has ended well', async () => {
  expect(await outcomeOf(tooLarge, lose, set)).toMatchObject({ state: 'done' });
});

it('a role that does not set a found output has ended well', async () => {
  expect(await outcomeOf('true')).toMatchObject({ state: 'done' });
});

it('a run that goes on after another failure has lost its output all the same', async () => {
  expect(await outcomeOf(lose, recover)).toMatchObject({
    state: 'failed',
    error: { message: 'a role r failed: the output x could not be handed over (TypeError)' },
  });
});

it('an output that was lost and then written is not why another one is missing', async () => {
  expect(await outcomeWith({ x: 'x', y: 'y' }, [lose, set])).toMatchObject({ state: 'done' });
});

it('an output that was lost and then written is not what a run fails of later', async () => {
  expect(await outcomeOf(lose, set, 'exit 3')).toMatchObject({
    state: 'failed',
    error: { message: 'a role r failed: exit code 3' },
  });
});

it('an output that was lost is what a run fails of that says nothing else', async () => {
  expect(await outcomeOf(lose, 'exit 3')).toMatchObject({
    state: 'failed',
    error: { message: 'a role r failed: the output x could not be handed over (TypeError)' },
  });
});

it('what the role does not declare is no output that it has lost', async () => {
  expect(await outcomeOf(...undeclared)).toMatchObject({ state: 'done' });
});
