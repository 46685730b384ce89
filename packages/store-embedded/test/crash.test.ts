import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Store } from '@heddle/core';
import { createRandom } from '@heddle/testkit';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openLog } from '../src/engine/log.ts';
import driver from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';
import { built, runWithDriver } from './support/processes.ts';

beforeAll(built.build);

async function open(folder: string): Promise<Store> {
  const store = await driver.open(`embedded:${folder}`);
  onTestFinished(() => store.close());
  return store;
}

/** Eight writers that never pause; each acknowledged write becomes one line: key, revision. */
const writers = (url: string, round: number) => `
  const store = await driver.open(${JSON.stringify(url)});
  const write = async (lane) => {
    for (let number = 0; ; number += 1) {
      const key = ['${round}', String(lane), String(number)];
      const value = new Uint8Array(1 + (number * 37) % 3000).fill(lane);
      const result = await store.put(key, value, { expect: { absent: true } });
      process.stdout.write(key.join('/') + ' ' + result.rev + '\\n');
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));`;

/** The full suite runs more rounds. */
const factor = Number(process.env['HEDDLE_TEST_FACTOR'] ?? 1);

describe('a crash', () => {
  it('loses no acknowledged write, wherever SIGKILL hits the process that writes', async () => {
    const { random, seed } = createRandom();
    console.log(`crash seed ${seed}`);
    const folder = temporaryFolder();
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 10 * factor; round += 1) {
      const child = runWithDriver(writers(`embedded:${folder}`, round));
      onTestFinished(() => child.kill());
      const after = 1 + Math.floor(random() * 200);
      for (let count = 0; count < after; count += 1) remember(acknowledged, await child.line());
      await child.kill();
      for (const line of await child.rest()) remember(acknowledged, line);
      const store = await open(folder);
      const found = new Map((await store.list([])).map((entry) => [entry.key.join('/'), entry.rev]));
      for (const [key, rev] of acknowledged) expect(found.get(key), `seed ${seed}, round ${round}, ${key}`).toBe(rev);
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(10);
  });

  it('loses no acknowledged write when SIGKILL hits while snapshots are made', async () => {
    const { random, seed } = createRandom();
    console.log(`snapshot seed ${seed}`);
    const folder = temporaryFolder();
    const engine = pathToFileURL(fileURLToPath(new URL('../dist/engine/engine.js', import.meta.url))).href;
    const script = `
      import { mkdirSync } from 'node:fs';
      const { startEngine } = await import(${JSON.stringify(engine)});
      mkdirSync(${JSON.stringify(folder)}, { recursive: true });
      const engine = await startEngine({ folder: ${JSON.stringify(folder)}, changed() {}, compactBytes: 3000 });
      for (let number = engine.sequence; ; number += 1) {
        const key = ['k', String(number % 7)];
        const current = engine.get('k\\u0000' + key[1] + '\\u0000');
        const expect = current ? { rev: current.rev } : { absent: true };
        const write = { type: 'put', id: 0, key, value: new Uint8Array(100), expect, guards: [], writeId: 'w' + number, liveness: false };
        const outcome = await engine.change({ kind: 'write', write, session: 's', timeoutMs: 1 });
        process.stdout.write(outcome.rev + '\\n');
      }`;
    let last = 0;
    for (let round = 0; round < 8 * factor; round += 1) {
      const child = runWithDriver(script);
      onTestFinished(() => child.kill());
      const after = 1 + Math.floor(random() * 100);
      for (let count = 0; count < after; count += 1) last = Number(await child.line());
      await child.kill();
      last = Number((await child.rest()).at(-1) ?? last);
      const { log, state } = await openLog(folder);
      await log.close();
      expect(state.sequence, `seed ${seed}, round ${round}`).toBeGreaterThanOrEqual(last);
      expect(statSync(join(folder, 'log')).size).toBeLessThan(400_000);
    }
  });

  it('of the process leaves the folder to the next one, with the socket file still there', async () => {
    const folder = temporaryFolder();
    const child = runWithDriver(`await driver.open(${JSON.stringify(`embedded:${folder}`)}); console.log('open');`);
    onTestFinished(() => child.kill());
    await child.line();
    await child.kill();
    expect(statSync(join(folder, 'socket')).isSocket()).toBe(true);
    const store = await open(folder);
    expect(await store.list([])).toEqual([]);
  });
});

describe('a full disk', () => {
  it('makes writes unavailable, keeps what was acknowledged, and writes go on when there is room again', async () => {
    const folder = temporaryFolder();
    const child = runWithDriver(
      `
      const store = await driver.open(${JSON.stringify(`embedded:${folder}`)});
      const put = (number) => store.put(['k', String(number)], new Uint8Array(3000), { expect: { absent: true } })
        .then((result) => 'ok ' + result.rev, (error) => error.code);
      const results = await Promise.all([0, 1, 2].map(put));
      for (let number = 3; number < 40; number += 1) results.push(await put(number));
      const read = await store.list([]);
      console.log(JSON.stringify({ results, read: read.map((entry) => entry.key[1]) }));
      await new Promise((resolve) => process.on('SIGUSR2', resolve));
      console.log(await put('after'));
      await store.close();
      process.exit(0);`,
      ['prlimit', '--fsize=65536:unlimited'],
    );
    onTestFinished(() => child.kill());
    const { results, read } = JSON.parse((await child.line()) ?? '') as { results: string[]; read: string[] };
    const written = results.flatMap((result, number) => (result.startsWith('ok') ? [String(number)] : []));
    expect(written.length).toBeGreaterThan(10);
    expect(results.length - written.length).toBeGreaterThan(10);
    expect(new Set(results.filter((result) => !result.startsWith('ok')))).toEqual(new Set(['unavailable']));
    expect([...read].sort()).toEqual([...written].sort());
    liftLimit(child.pid);
    process.kill(child.pid, 'SIGUSR2');
    expect(await child.line()).toMatch(/^ok /);
    await child.rest();
    const store = await open(folder);
    expect((await store.list([])).length).toBe(written.length + 1);
  });
});

function liftLimit(pid: number): void {
  execFileSync('prlimit', ['--fsize=unlimited:unlimited', '--pid', String(pid)]);
}

function remember(acknowledged: Map<string, string>, line: string | undefined): void {
  const [key, rev] = (line ?? '').split(' ');
  if (key === undefined || rev === undefined || rev === '')
    throw new Error(`the writer ended early: ${line ?? 'no line'}`);
  acknowledged.set(key, rev);
}
