import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  compile,
  HeddleError,
  openEpoch,
  type Plan,
  parse,
  type RoleRecord,
  type Store,
  startEpoch,
} from '@heddle/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFixtureStore } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import machine from '../src/adapters/machine.ts';
import { Agent } from '../src/agent.ts';

const text = (roles: string, reader = '${db.ip} ${db.cpus}') => `
heddle: 1
deployment: facts
nodes:
  db: { roles: [${roles}] }
  web: { roles: [{ name: app, command: [x], inputs: { db: "${reader}" } }] }
`;

/** A place where `heddle facts` prints what the test says. */
async function place(plan: Plan, printed: string) {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-facts-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'heddle'), `#!/bin/sh\necho "$@" >> ${directory}/asked\n${printed}\n`);
  await chmod(join(bin, 'heddle'), 0o755);
  const store = await openFixtureStore();
  await startEpoch(store, plan);
  const agent = async (only?: string, besideLimitMs?: number) =>
    new Agent({
      store,
      epoch: await openEpoch(store, 'facts', '1'),
      node: 'db',
      nodeDirectory: join(directory, 'node'),
      socketPath: join(directory, 'agent.sock'),
      version: '0',
      binDirectory: bin,
      ...(besideLimitMs === undefined ? {} : { besideLimitMs }),
      adapters: new Map([
        ['command', async () => ({ default: command })],
        ['machine', async () => ({ default: machine })],
      ]),
      ...(only === undefined
        ? {}
        : { only: { role: only, command: ['sh', '-c', 'true'] as const, workingDirectory: directory } }),
    });
  return { directory, store, agent, asked: () => readFile(join(directory, 'asked'), 'utf8') };
}

const planOf = (yaml: string) => compile(yaml, { file: 'heddle.yaml', directory: '/tmp' });
const print = (data: object) => `echo '${JSON.stringify(data)}'`;
const good = print({ facts: { ip: '10.0.0.1', cpus: 2 } });

async function stored(store: Store) {
  const epoch = await openEpoch(store, 'facts', '1');
  const entry = await store.get(epoch.keys.role('db', 'machine_facts'));
  const values = await Promise.all(['ip', 'cpus'].map((word) => store.get(epoch.keys.value('db', word))));
  return {
    record: entry === undefined ? undefined : parse<RoleRecord>(entry),
    values: values.map((value) => (value === undefined ? undefined : parse<{ value: unknown }>(value).value)),
  };
}

describe('the facts of a machine', () => {
  it('are published beside a role that has not ended, only the words that somebody reads', async () => {
    // The role and the command that tells the facts meet in a pipe: one after the other they would never end.
    const gate = join(await mkdtemp(join(tmpdir(), 'heddle-gate-')), 'gate');
    onTestFinished(() => rm(dirname(gate), { recursive: true, force: true }));
    execFileSync('mkfifo', [gate]);
    const plan = planOf(text(`{ name: first, command: [sh, -c, "read line < ${gate}"] }`));
    const { store, agent, asked } = await place(plan, `echo go > ${gate}\n${good}`);
    const outcomes = await (await agent()).run();
    expect(outcomes.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(await asked()).toBe('facts ip cpus\n');
    expect((await stored(store)).values).toEqual(['10.0.0.1', 2]);
  });

  it('are not asked for again by an agent that takes the node again', async () => {
    const { agent, asked } = await place(planOf(text('{ name: first, command: [sh, -c, "true"] }')), good);
    await (await agent()).run();
    await (await agent()).run();
    expect(await asked()).toBe('facts ip cpus\n');
  });

  it('are published around a command that somebody typed, once', async () => {
    const plan = planOf(text('{ name: first, command: [x] }, { name: second, command: [x] }'));
    const { agent, asked, store } = await place(plan, good);
    expect(await (await agent('first')).run()).toEqual([expect.objectContaining({ state: 'done' })]);
    await (await agent('second')).run();
    expect(await asked()).toBe('facts ip cpus\n');
    expect((await stored(store)).values).toEqual(['10.0.0.1', 2]);
  });

  it('that a machine does not have are absent, with the reason in the record, and the rest is there', async () => {
    const printed = print({ facts: { cpus: 2 }, absent: { ip: 'it has no network' } });
    const { agent, store } = await place(planOf(text('{ name: first, command: [sh, -c, "true"] }')), printed);
    await (await agent()).run();
    const { record, values } = await stored(store);
    expect(record).toMatchObject({ state: 'done', unwritten: ['ip'], absent: { ip: 'it has no network' } });
    expect(values).toEqual([undefined, 2]);
  });

  it('that are absent have one short reason each, and what is not asked for has none', async () => {
    const printed = print({ facts: {}, absent: { ip: 'x'.repeat(5000), fqdn: 'it is not asked for' } });
    const { agent, store } = await place(planOf(text('{ name: first, command: [sh, -c, "true"] }')), printed);
    await (await agent()).run();
    expect((await stored(store)).record?.absent).toEqual({ ip: 'x'.repeat(2048) });
  });

  it('that are absent tell no secret of the node in their reason', async () => {
    const gate = join(await mkdtemp(join(tmpdir(), 'heddle-gate-')), 'gate');
    onTestFinished(() => rm(dirname(gate), { recursive: true, force: true }));
    execFileSync('mkfifo', [gate]);
    const body = JSON.stringify({ outputs: { pw: { value: 'hunter22secret' } } });
    const publish = `curl --silent --fail --unix-socket $HEDDLE_SOCKET http://heddle/v1/roles/first/publish -d '${body}'`;
    const script = JSON.stringify(`${publish}; echo go > ${gate}`);
    const plan = planOf(
      text(`{ name: first, command: [sh, -c, ${script}], outputs: { pw: { path: pw, sensitive: true } } }`),
    );
    const printed = print({ facts: {}, absent: { ip: 'no network for hunter22secret' } });
    const { agent, store } = await place(plan, `read line < ${gate}\n${printed}`);
    await (await agent()).run();
    expect((await stored(store)).record?.absent).toEqual({ ip: 'no network for ********' });
  });

  it.each([
    ['fails', 'echo no such thing >&2; exit 3', 'role-failed', 'exit code 3'],
    ['prints no JSON', 'echo hello', 'wrong-type', 'the command printed no JSON'],
    ['prints another document', "echo '[1]'", 'wrong-type', 'cannot read the facts of this machine'],
  ])('fail alone when the command %s', async (_what, printed, code, message) => {
    const { agent, store } = await place(planOf(text('{ name: first, command: [sh, -c, "true"] }')), printed);
    const outcomes = await (await agent()).run();
    expect(outcomes.map(({ state }) => state)).toEqual(['failed', 'done']);
    expect((await stored(store)).record?.error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('fail when the command does not end in time, and the agent ends', async () => {
    const { agent, store } = await place(planOf(text('{ name: first, command: [sh, -c, "true"] }')), 'exec sleep 1000');
    const outcomes = await (await agent(undefined, 500)).run();
    expect(outcomes.map(({ state }) => state)).toEqual(['failed', 'done']);
    expect((await stored(store)).record?.error).toMatchObject({
      code: 'role-failed',
      message: 'db role machine_facts was stopped: it had not ended after 0.5 s',
    });
    const again = await (await agent('first', 500)).run();
    expect(again.map(({ state }) => state)).toEqual(['done']);
  });

  it('end with the agent', async () => {
    const plan = planOf(text('{ name: first, command: [sh, -c, "true"] }'));
    const { agent, store } = await place(plan, 'exec sleep 1000');
    const running = await agent();
    running.events.listen((event) => {
      if (event.type === 'role' && event.role === 'first' && event.state === 'done')
        running.stop(new HeddleError('interrupted', 'stopped'));
    });
    const outcomes = await running.run();
    expect(outcomes.map(({ state }) => state)).toEqual(['aborted', 'done']);
    expect((await stored(store)).record?.state).toBe('aborted');
  });
});
