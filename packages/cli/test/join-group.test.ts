import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCredentialsFile, readGrantee } from '@heddle/agent';
import { encodeRecord, HeddleError, type Key, type Store, startEpoch, systemClock } from '@heddle/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdingPut, openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import { joinGroup } from '../src/boot/join-group.ts';
import { fetchedFile, pendingFile } from '../src/boot/kept-credentials.ts';

const plan = planOf({ web: { count: 2, roles: [{ name: 'app' }] } });
const credentials = { user: 'web-1', password: 'of-web-1', grant: ['web'] };
const isCredentials = (key: Key): boolean => key.includes('credentials');

/** An epoch that keeps the credentials of `web-1`. */
async function begin() {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const key = epoch.keys.credentialsFor('web', 'web-1');
  await store.put(key, encodeRecord(credentials), { expect: { absent: true } });
  const patience = {
    clock: systemClock,
    patienceMs: 10_000,
    signal: new AbortController().signal,
    say: () => undefined,
  };
  return {
    store,
    /** What the store still says of them. */
    kept: async () => Buffer.from((await store.get(key))?.value ?? []).toString(),
    /** A machine; `join` boots it over a connection of its own. */
    machine: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'heddle-join-'));
      onTestFinished(() => rm(directory, { recursive: true, force: true }));
      const joinAs = (over: Store = store, node = 'web-1') =>
        joinGroup({ store: over, epoch, group: 'web', node, directory, patience });
      return { directory, join: joinAs };
    },
  };
}

/** A connection of a machine that loses its power when it has asked to take its credentials out; `isSent`: the store has heard it. */
function losingPower(store: Store, isSent: boolean): Store {
  return {
    ...store,
    async put(key, value, options) {
      if (isCredentials(key)) {
        if (isSent) await store.put(key, value, options);
        throw new HeddleError('closed', 'the machine lost its power');
      }
      return store.put(key, value, options);
    },
  };
}

async function expectKept(directory: string): Promise<void> {
  expect(await readCredentialsFile(fetchedFile(directory))).toEqual(credentials);
  expect(await readGrantee(fetchedFile(directory))).toEqual({ deployment: 'test', epoch: '1', node: 'web-1' });
  expect((await stat(fetchedFile(directory))).mode & 0o777).toBe(0o600);
  expect(existsSync(pendingFile(directory))).toBe(false);
}

describe('a machine that joins a group', () => {
  test('keeps the credentials of its node, which are out of the store then', async () => {
    const { kept, machine } = await begin();
    const { directory, join: joinAs } = await machine();
    await joinAs();
    await expectKept(directory);
    expect(await kept()).not.toContain(credentials.password);
  });

  test.each([
    ['before the store was asked', false],
    ['before it had the answer', true],
  ])('takes them out of the store at its next start when it lost its power %s', async (_when, isSent) => {
    const { store, kept, machine } = await begin();
    const { directory, join: joinAs } = await machine();
    await expect(joinAs(losingPower(store, isSent))).rejects.toMatchObject({ code: 'closed' });
    expect(existsSync(fetchedFile(directory))).toBe(false);
    await joinAs();
    await expectKept(directory);
    expect(await kept()).not.toContain(credentials.password);
  });

  test('is told when another one has fetched the same, and keeps nothing of them', async () => {
    const { store, machine } = await begin();
    const [slow, fast] = [await machine(), await machine()];
    const held = holdingPut(store, isCredentials);
    const joining = slow.join(held.store);
    await held.reached;
    expect(await readFile(pendingFile(slow.directory), 'utf8')).toContain(credentials.password);
    await fast.join();
    held.release();
    await expect(joining).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('a machine has fetched the credentials of web-1 in epoch 1 of deployment test'),
    });
    expect(existsSync(pendingFile(slow.directory))).toBe(false);
    expect(existsSync(fetchedFile(slow.directory))).toBe(false);
    await expectKept(fast.directory);
  });

  test('is told so at its next start, too, when it lost its power in between', async () => {
    const { store, machine } = await begin();
    const [slow, fast] = [await machine(), await machine()];
    await expect(slow.join(losingPower(store, false))).rejects.toMatchObject({ code: 'closed' });
    await fast.join();
    await expect(slow.join()).rejects.toMatchObject({ code: 'config-invalid' });
    expect(existsSync(pendingFile(slow.directory))).toBe(false);
    expect(existsSync(fetchedFile(slow.directory))).toBe(false);
  });

  test('takes nothing for its own that an image of another node has brought along', async () => {
    const { store, machine } = await begin();
    const { directory, join: joinAs } = await machine();
    await expect(joinAs(losingPower(store, true))).rejects.toMatchObject({ code: 'closed' });
    await expect(joinAs(store, 'web-0')).rejects.toMatchObject({ code: 'config-invalid' });
    expect(existsSync(fetchedFile(directory))).toBe(false);
  });
});
