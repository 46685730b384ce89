import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenStoreOptions, Store } from '@heddle/core';
import { recordWatch, type ScriptProcess } from '@heddle/testkit';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import driver, { isHost, serveEmbedded } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';
import { built, runWithDriver, startHostProcess } from './support/processes.ts';

beforeAll(built.build);

const ABSENT = { expect: { absent: true } } as const;
const PATIENT = { timeoutMs: 50_000 };
const NOTHING = new Uint8Array();

async function open(folder: string, options: OpenStoreOptions = {}): Promise<Store> {
  const store = await driver.open(`embedded:${folder}`, options);
  onTestFinished(() => store.close());
  return store;
}

async function startHost(folder: string): Promise<ScriptProcess> {
  const host = await startHostProcess(folder);
  onTestFinished(() => host.kill());
  return host;
}

/** Start writes whose results prove that each happened exactly once: a repeated create would lose against itself. */
function startWrites(store: Store, total: number) {
  return Array.from({ length: total }, (_, index) =>
    store.put(['w', String(index)], NOTHING, { ...ABSENT, ...PATIENT }),
  );
}

describe('when the host goes', () => {
  it('by kill -9, every operation in flight is settled, each write exactly once', async () => {
    for (let round = 0; round < 4; round += 1) {
      const folder = temporaryFolder();
      const host = await startHost(folder);
      const [writer, reader] = [await open(folder), await open(folder)];
      const writes = startWrites(writer, 400);
      const reads = Array.from({ length: 100 }, (_, index) => reader.get(['absent', String(index)], PATIENT));
      await writes[20 * round];
      await host.kill();
      const results = await Promise.all(writes);
      expect(results.filter((result) => !result.ok)).toEqual([]);
      expect(new Set(await Promise.all(reads))).toEqual(new Set([undefined]));
      const listed = await reader.list(['w']);
      expect(listed.map((entry) => entry.rev).sort()).toEqual(
        results.map((result) => (result.ok ? result.rev : '')).sort(),
      );
      expect([isHost(writer), isHost(reader)].filter(Boolean).length).toBe(1);
    }
  });

  it('by close, every operation in flight of the others is settled, each write exactly once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const folder = temporaryFolder();
      const host = await open(folder);
      const writer = await open(folder);
      const writes = startWrites(writer, 400);
      await writes[20 * round];
      await host.close();
      expect((await Promise.all(writes)).filter((result) => !result.ok)).toEqual([]);
      expect((await writer.list(['w'])).length).toBe(400);
      expect(isHost(writer)).toBe(true);
    }
  });

  it('the sessions of the others go on, with their liveness entries', async () => {
    const folder = temporaryFolder();
    const host = await startHost(folder);
    const [member, observer] = [await open(folder, { sessionTimeoutMs: 60_000 }), await open(folder)];
    await member.put(['m'], NOTHING, { ...ABSENT, liveness: true });
    const before = await observer.get(['m']);
    await host.kill();
    await member.put(['after'], NOTHING, { ...ABSENT, ...PATIENT });
    expect((await observer.get(['m'], PATIENT))?.rev).toBe(before?.rev);
    await member.close();
    expect(await observer.get(['m'], PATIENT)).toBeUndefined();
  });

  it('together with a member, that member gets one full timeout and then loses its entries', async () => {
    const folder = temporaryFolder();
    const host = runWithDriver(`
      const store = await driver.open(${JSON.stringify(`embedded:${folder}`)}, { sessionTimeoutMs: 700 });
      await store.put(['m'], new Uint8Array(), { expect: { absent: true }, liveness: true });
      console.log(isHost(store));`);
    onTestFinished(() => host.kill());
    expect(await host.line()).toBe('true');
    await host.kill();
    const observer = await open(folder);
    expect(await observer.get(['m'])).toBeDefined();
    await recordWatch(observer, ['m']).told('gone m');
  });

  it('a short-lived host leaves its place to a long-lived client, and watches go on', async () => {
    const folder = temporaryFolder();
    const short = await open(folder);
    const long = await open(folder);
    await short.put(['a'], NOTHING, ABSENT);
    const recorder = recordWatch(long, []);
    await recorder.told('synced');
    await short.close();
    await recorder.told('synced', 2);
    expect(recorder.calls).toEqual(['state a=', 'synced', 'status down', 'status up', 'state a=', 'synced']);
    expect(isHost(long)).toBe(true);
    expect(await long.get(['a'])).toBeDefined();
  });

  it('and its log is damaged, what waits and every watch fails with that, also a watch that begins later', async () => {
    const folder = temporaryFolder();
    const host = await startHost(folder);
    const store = await open(folder);
    const recorder = recordWatch(store, []);
    await recorder.told('synced');
    host.stop();
    const waiting = store.get(['a'], PATIENT);
    writeFileSync(join(folder, 'log'), 'this is no log');
    await host.kill();
    await expect(waiting).rejects.toMatchObject({ code: 'corrupt' });
    await recorder.told('failed corrupt');
    expect(recorder.calls).toEqual(['synced', 'status down', 'failed corrupt']);
    await recordWatch(store, ['later']).told('failed corrupt');
  });
});

describe('of several that open a folder at once', () => {
  it('exactly one process becomes the host, and all work', async () => {
    for (let round = 0; round < 2; round += 1) {
      const folder = temporaryFolder();
      const racers = Array.from({ length: 5 }, (_, index) => {
        const racer = runWithDriver(`
          const store = await driver.open(${JSON.stringify(`embedded:${folder}`)});
          await store.put(['racer', '${index}'], new Uint8Array(), { expect: { absent: true } });
          console.log(isHost(store) ? 'host' : 'client');`);
        onTestFinished(() => racer.kill());
        return racer;
      });
      const roles = await Promise.all(racers.map((racer) => racer.line()));
      expect(roles.filter((role) => role === 'host')).toEqual(['host']);
      expect(roles.filter((role) => role === 'client').length).toBe(4);
      const store = await open(folder);
      expect((await store.list(['racer'])).length).toBe(5);
      await store.close();
      await Promise.all(racers.map((racer) => racer.kill()));
    }
  });

  it('exactly one connection of a process becomes the host', async () => {
    const folder = temporaryFolder();
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(folder)));
    expect(stores.filter(isHost).length).toBe(1);
    await Promise.all(stores.map((store, index) => store.put(['s', String(index)], NOTHING, ABSENT)));
    expect((await stores[0]?.list([]))?.length).toBe(6);
  });

  it('a server is refused while another process has the folder, with its process id', async () => {
    const folder = temporaryFolder();
    const host = await startHost(folder);
    const refused = serveEmbedded(folder, { listen: { port: 0 } });
    await expect(refused).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`process ${host.pid}`),
    });
    await host.kill();
    const server = await serveEmbedded(folder, { listen: { port: 0 } });
    onTestFinished(() => server.close());
    expect(server.url).toMatch(/^heddle:\/\/127\.0\.0\.1:\d+$/);
    const [tcp, local] = [await driver.open(server.url), await open(folder)];
    onTestFinished(() => tcp.close());
    await tcp.put(['a'], NOTHING, ABSENT);
    expect(await local.get(['a'])).toBeDefined();
    expect([tcp.capabilities.distributed, local.capabilities.distributed]).toEqual([false, false]);
  });
});
