import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RunNote } from '../src/child/run-note.ts';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-note-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function processOf(run: string): Promise<ChildProcess> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore', env: { ...process.env, HEDDLE_RUN: run } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  return child;
}

it('what is left of every run of an agent that was killed is ended, and nothing of those that had ended', async () => {
  const directory = await folder();
  const idOf = (name: string) => `${name}-${process.pid}`;
  const [first, beside, ended] = await Promise.all([
    processOf(idOf('first')),
    processOf(idOf('beside')),
    processOf(idOf('ended')),
  ]);
  const killed = new RunNote(directory);
  await Promise.all(['first', 'beside', 'ended'].map((name) => killed.add(idOf(name))));
  await killed.remove(idOf('ended'));
  const exits = [first, beside].map((child) => once(child, 'exit'));
  await new RunNote(directory).endLeftOver();
  expect(await Promise.all(exits)).toEqual([
    [null, 'SIGKILL'],
    [null, 'SIGKILL'],
  ]);
  expect(ended.exitCode).toBeNull();
  expect(ended.signalCode).toBeNull();
  await expect(stat(join(directory, 'run'))).rejects.toThrow('ENOENT');
});

it('without a run under way there is no note', async () => {
  const directory = await folder();
  const note = new RunNote(directory);
  await note.add('one');
  await note.add('two');
  await note.remove('one');
  expect((await stat(join(directory, 'run'))).mode & 0o777).toBe(0o600);
  await note.remove('two');
  await expect(stat(join(directory, 'run'))).rejects.toThrow('ENOENT');
});
