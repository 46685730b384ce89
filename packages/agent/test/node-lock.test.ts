import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { lockNode } from '../src/node-lock.ts';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-lock-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('the lock of a node', () => {
  it('is held by one, and free again when it is given back', async () => {
    const path = join(await folder(), 'agent.lock');
    const unlock = await lockNode(path, 'web-0');
    await expect(lockNode(path, 'web-0')).rejects.toMatchObject({
      code: 'agent-busy',
      message: 'another agent runs node web-0 in this folder',
    });
    await unlock();
    await (await lockNode(path, 'web-0'))();
  });

  it('that cannot be taken for another reason is no busy agent', async () => {
    const directory = await folder();
    await writeFile(join(directory, 'flock'), '#!/bin/sh\necho "flock: 3: No locks available" >&2\nexit 71\n');
    await chmod(join(directory, 'flock'), 0o755);
    vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(lockNode(join(directory, 'agent.lock'), 'web-0')).rejects.toMatchObject({
      code: 'unexpected',
      message: expect.stringContaining('flock: 3: No locks available') as string,
    });
  });

  it('needs flock', async () => {
    const directory = await folder();
    vi.stubEnv('PATH', directory);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(lockNode(join(directory, 'agent.lock'), 'web-0')).rejects.toMatchObject({ code: 'tool-missing' });
  });
});
