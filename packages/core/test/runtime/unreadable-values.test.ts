import {
  declareLost,
  NodeSession,
  presentOutputs,
  readSlice,
  recallValues,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { expect, it } from 'vitest';
import { isConfirmed } from '../../src/runtime/steward/confirm.ts';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port', host: 'host' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});

/** An epoch in which `db.port` is there, and nobody can unpack it. */
async function begin(around: (test: { web: TestNode; write: () => Promise<unknown> }) => Promise<void> = writeAtOnce) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const web = await TestNode.begin(store, epoch, plan, 'web');
  const write = () => db.session.write(epoch.keys.value('db', 'port'), { gzip: 'bm9uZQ==', sensitive: false });
  await around({ web, write });
  return { store, epoch, web };
}

async function writeAtOnce({ write }: { write: () => Promise<unknown> }): Promise<void> {
  await write();
}

it('a value that nobody can unpack is there for a steward, for the lost and for messages', async () => {
  const { store, epoch, web } = await begin();
  const found: string[] = [];
  const evidence = { blocked: [], wants: [{ producer: 'db.mysql', output: 'db.port' }] };
  expect(await isConfirmed(web.session, evidence, { found: (output) => found.push(output) })).toBe(false);
  expect(found).toEqual(['db.port']);
  const state = { deployment: 'test', epoch: epoch.keys.epoch };
  expect(await presentOutputs(store, state, ['db.port', 'db.host'])).toEqual(new Set(['db.port']));
  const [lost] = await declareLost(store, epoch, 'db', 'it is gone', systemClock);
  expect(lost?.unwritten).toEqual(['host']);
});

it('a value that nobody can unpack is recalled by the next agent of its node', async () => {
  const { store, epoch } = await begin();
  const session = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock, announce: false });
  await recallValues(session, await readSlice(store, epoch, 'db'));
  expect(session.written).toEqual(['port']);
});

it('a value that nobody can unpack is an error for who reads it, at once and later', async () => {
  const { web } = await begin();
  await expect(web.read('app', 'port')).rejects.toMatchObject({ code: 'corrupt' });
  const later = await begin(async ({ web: reader, write }) => {
    const recorded = reader.nextRecord();
    const reading = reader.read('app', 'port').catch((error: unknown) => error);
    await recorded;
    await write();
    expect(await reading).toMatchObject({ code: 'corrupt' });
  });
  expect(later.web.failures).toEqual([]);
});
