import { mkdirSync, statSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@heddle/core';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import driver from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';

const ABSENT = { expect: { absent: true } } as const;
const NOTHING = new Uint8Array();

afterEach(() => vi.restoreAllMocks());

/** The methods that all file handles share, so that a test can make the disk fail. */
async function fileHandles(): Promise<FileHandle> {
  const folder = temporaryFolder();
  mkdirSync(folder);
  const handle = await openFile(join(folder, 'any'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

async function open(folder: string): Promise<Store> {
  const store = await driver.open(`embedded:${folder}`);
  onTestFinished(() => store.close());
  return store;
}

async function names(store: Store): Promise<string[]> {
  return (await store.list([])).map((entry) => entry.key.join('/'));
}

describe('when the disk fails', () => {
  it('in a sync, the write is unavailable and gone for good, because the log is written anew without it', async () => {
    const [folder, handles] = [temporaryFolder(), await fileHandles()];
    const store = await open(folder);
    await store.put(['before'], NOTHING, ABSENT);
    vi.spyOn(handles, 'datasync').mockRejectedValueOnce(new Error('EIO'));
    await expect(store.put(['failed'], NOTHING, ABSENT)).rejects.toMatchObject({ code: 'unavailable' });
    await store.put(['after'], NOTHING, ABSENT);
    expect(await names(store)).toEqual(['after', 'before']);
    await store.close();
    expect(await names(await open(folder))).toEqual(['after', 'before']);
  });

  it('in everything, the write is ambiguous, later ones are unavailable, and it recovers when the disk does', async () => {
    const [folder, handles] = [temporaryFolder(), await fileHandles()];
    const store = await open(folder);
    await store.put(['before'], NOTHING, ABSENT);
    const syncs = [vi.spyOn(handles, 'datasync'), vi.spyOn(handles, 'sync')];
    for (const sync of syncs) sync.mockRejectedValue(new Error('EIO'));
    await expect(store.put(['first'], NOTHING, ABSENT)).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(store.put(['second'], NOTHING, ABSENT)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await names(store)).toEqual(['before']);
    for (const sync of syncs) sync.mockRestore();
    await store.put(['after'], NOTHING, ABSENT);
    expect(await names(store)).toEqual(['after', 'before']);
    await store.close();
    expect(await names(await open(folder))).toEqual(['after', 'before']);
  });

  it('in a write, half a frame is taken back', async () => {
    const [folder, handles] = [temporaryFolder(), await fileHandles()];
    const store = await open(folder);
    await store.put(['before'], NOTHING, ABSENT);
    const { write } = handles;
    const failing = vi.spyOn(handles, 'write').mockImplementationOnce(async function (
      this: FileHandle,
      ...given: unknown[]
    ) {
      failing.mockRestore();
      const [bytes, , , position] = given;
      await Reflect.apply(write, this, [bytes, 0, 20, position]);
      throw new Error('ENOSPC');
    });
    const size = statSync(join(folder, 'log')).size;
    await expect(store.put(['failed'], NOTHING, ABSENT)).rejects.toMatchObject({ code: 'unavailable' });
    expect(statSync(join(folder, 'log')).size).toBe(size);
    await store.put(['after'], NOTHING, ABSENT);
    await store.close();
    expect(await names(await open(folder))).toEqual(['after', 'before']);
  });

  it('what a dead process wrote without a sync is synced before it is served', async () => {
    const [folder, handles] = [temporaryFolder(), await fileHandles()];
    await (await open(folder)).close();
    const sync = vi.spyOn(handles, 'datasync');
    await open(folder);
    expect(sync).toHaveBeenCalledTimes(1);
  });

  it('nothing is read, watched or acknowledged before it is on the disk', async () => {
    const [folder, handles] = [temporaryFolder(), await fileHandles()];
    const store = await open(folder);
    const told: string[] = [];
    await new Promise<void>((resolve, reject) => {
      store.watch([], {
        state: (entry) => void told.push(entry.key.join('/')),
        gone() {},
        synced: resolve,
        status() {},
        failed: reject,
      });
    });
    let release = (): void => undefined;
    const reached = new Promise<void>((isReached) => {
      vi.spyOn(handles, 'datasync').mockImplementationOnce(() => {
        isReached();
        return new Promise((resolve) => {
          release = resolve;
        });
      });
    });
    let isAcknowledged = false;
    const put = store.put(['a'], NOTHING, ABSENT).then(() => {
      isAcknowledged = true;
    });
    await reached;
    expect(await store.get(['a'])).toBeUndefined();
    expect(await names(store)).toEqual([]);
    expect([isAcknowledged, told]).toEqual([false, []]);
    release();
    await put;
    expect(await store.get(['a'])).toBeDefined();
  });
});
