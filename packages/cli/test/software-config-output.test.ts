import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Captured, capture } from '../src/software-config/capture.ts';
import { Workspace } from './support/workspace.ts';

/** What the command passes on, as far as it has come. */
const passed = { stdout: '', stderr: '' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (const name of ['stdout', 'stderr'] as const) {
    passed[name] = '';
    vi.spyOn(process[name], 'write').mockImplementation((text: string | Uint8Array) => {
      passed[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

/** A script that ends and leaves a process behind, which prints each line that it is given; time goes on only when the test says so. */
async function leftBehind(): Promise<{
  readonly say: (line: string) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly captured: Promise<Captured>;
}> {
  const workspace = await Workspace.forTest({});
  const pipe = workspace.path('lines');
  await execa('mkfifo', [pipe]);
  const lines = await open(pipe, constants.O_RDWR);
  const script = 'echo first; while read -r line && [ "$line" != end ]; do echo "$line"; done <lines &';
  const captured = capture({ command: ['/bin/sh', '-c', script], environment: process.env }, workspace.directory);
  // Its timers run from the end of the script on.
  await until(() => vi.getTimerCount() > 0 && passed.stdout === 'first\n');
  return {
    captured,
    async say(line) {
      await lines.write(`${line}\n`);
      await until(() => passed.stdout.endsWith(`${line}\n`));
    },
    async close() {
      await lines.write('end\n');
      await lines.close();
    },
  };
}

describe('the output of a software deployment', () => {
  test('is read on after the end of its script, as long as a process that it has started prints', async () => {
    const { say, close, captured } = await leftBehind();
    for (const line of ['second', 'third', 'fourth']) {
      vi.advanceTimersByTime(250);
      await nextTurn();
      await say(line);
    }
    await close();
    expect(await captured).toEqual({ exitCode: 0, stdout: 'first\nsecond\nthird\nfourth\n', stderr: '' });
    expect(passed.stderr).toBe('');
  });

  test('ends 300 ms after the last line when a process keeps it open, and a warning says so', async () => {
    const { say, close, captured } = await leftBehind();
    await say('second');
    vi.advanceTimersByTime(300);
    expect((await captured).stdout).toBe('first\nsecond\n');
    expect(passed.stderr).toBe(
      'a process that was started keeps the output open, and cannot print to it from now on: send the output of daemons to a file\n',
    );
    await close();
  });

  test('ends 10 s after the end of the script when a process prints on and on, and a warning says so', async () => {
    const { say, close, captured } = await leftBehind();
    const lines = Array.from({ length: 39 }, (_, index) => `line ${index}`);
    for (const line of lines) {
      vi.advanceTimersByTime(250);
      await nextTurn();
      await say(line);
    }
    vi.advanceTimersByTime(250);
    expect(await captured).toMatchObject({ exitCode: 0, stdout: `first\n${lines.join('\n')}\n` });
    expect(passed.stderr).toMatch(/^a process that was started still writes to the output after 10 s, /);
    await close();
  });
});
