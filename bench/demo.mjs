#!/usr/bin/env node
import { cp } from 'node:fs/promises';
import { basename } from 'node:path';
import { criticalPath } from './demo/critical-path.mjs';
import { followAgents } from './demo/events.mjs';
import { readOutcome } from './demo/outcome.mjs';
import { benchmark } from './lib/command.mjs';
import { checkout, heddleProgram } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/demo.mjs [options]

Wall time of examples/shop on five machines of this host, against its critical path and against the sum of its roles' own times.

  --runs N        runs; fewer if time is short (default 5)
`;

const limitMs = 235_000;

async function measure({ runs }) {
  return withScene('demo', limitMs, async (scene) => {
    const startMs = performance.now();
    const measured = [];
    while (measured.length < runs) {
      measured.push(await oneRun(scene, measured.length));
      const elapsedMs = performance.now() - startMs;
      if (measured.length < runs && elapsedMs + (1.4 * elapsedMs) / measured.length > limitMs) {
        console.log(`time is short: ${measured.length} of ${runs} runs`);
        break;
      }
    }
    const of = (pick) => spread(measured.map(pick));
    return {
      wallMs: of(({ wallMs }) => wallMs),
      criticalPathMs: of(({ path }) => path.runMs),
      sumOfRolesMs: of(({ sumMs }) => sumMs),
      wallByCriticalPath: of(({ wallMs, path }) => wallMs / path.runMs),
      wallBySumOfRoles: of(({ wallMs, sumMs }) => wallMs / sumMs),
      startUpMs: of(({ startUpMs }) => startUpMs),
      startUpPartsMs: {
        check: of(({ parts }) => parts.check),
        machines: of(({ parts }) => parts.machines),
        agents: of(({ parts }) => parts.agents),
      },
      // Wall time = this + critical path + values under way + wind-down.
      toPathMs: of(({ toPathMs }) => toPathMs),
      windDownMs: of(({ windDownMs }) => windDownMs),
      handOverMs: of(({ path }) => path.handOverMs),
      paths: measured.map(({ path }) => path.steps),
    };
  });
}

async function oneRun(scene, number) {
  const folder = scene.path(`shop-${number}`);
  await cp(`${checkout}examples/shop`, folder, { recursive: true, filter: (source) => basename(source) !== '.heddle' });
  const state = `${folder}/.heddle/shop`;
  const following = new AbortController();
  const events = followAgents(`${state}/nodes`, following.signal);
  const said = {};
  const onOutput = (text, ms) => {
    if (text.includes('starting 5 machines')) said.checkedMs ??= ms;
    if (text.includes('deployment shop, epoch')) said.machinesMs ??= ms;
  };
  const startMs = Date.now();
  try {
    await scene.start(`up-${number}.log`, heddleProgram, ['up', 'heddle.yaml', '--isolate', 'machine'], {
      cwd: folder,
      onOutput,
    }).end;
  } finally {
    following.abort();
  }
  const endMs = Date.now();
  const roles = await readOutcome(`embedded:${state}`, 'shop', events);
  const all = [...roles.values()];
  const path = criticalPath(roles);
  const firstMs = Math.min(...all.map((role) => role.startMs));
  return {
    wallMs: endMs - startMs,
    sumMs: all.reduce((sum, { ranMs }) => sum + ranMs, 0),
    startUpMs: firstMs - startMs,
    toPathMs: path.startMs - startMs,
    parts: {
      check: said.checkedMs - startMs,
      machines: said.machinesMs - said.checkedMs,
      agents: firstMs - said.machinesMs,
    },
    windDownMs: endMs - Math.max(...all.map((role) => role.endMs)),
    path,
  };
}

function print(results) {
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
  const plain = (value) => value.toFixed(2);
  const line = (what, { count, min, median: middle, max }, format) =>
    console.log(
      `  ${what.padEnd(46)} ${format(middle).padStart(7)}  (${format(min)} to ${format(max)}, ${count} runs)`,
    );
  console.log('median (extremes)');
  line('wall time of heddle up', results.wallMs, seconds);
  line('critical path: running time on it', results.criticalPathMs, seconds);
  line("sum of the roles' own running times", results.sumOfRolesMs, seconds);
  line('wall time / critical path', results.wallByCriticalPath, plain);
  line('wall time / sum of the roles', results.wallBySumOfRoles, plain);
  line('up: from its start to the first role', results.startUpMs, seconds);
  line('  of which: reading and checking the file', results.startUpPartsMs.check, seconds);
  line('  of which: starting five machines', results.startUpPartsMs.machines, seconds);
  line('  of which: starting five agents', results.startUpPartsMs.agents, seconds);
  line('up: from its start to the start of the path', results.toPathMs, seconds);
  line('up: from the end of the last role to its own', results.windDownMs, seconds);
  line('values under way on the critical path', results.handOverMs, (ms) => `${ms.toFixed(0)} ms`);
  for (const steps of results.paths) {
    console.log(
      `path: ${steps.map(({ role, ranMs, after }) => `${after === undefined ? '' : `-> [${after}] `}${role} ${seconds(ranMs)}`).join(' ')}`,
    );
  }
  console.log(`
The critical path: from the end of the last role back to the end of its last wait, over to the role that published what the
wait was for, at that moment, and so on to a role's start. Waits and the way of the values are no part of it. All roles share
this machine's processors, so each runs slower than it would alone; both sides of a ratio have that in them.`);
}

await benchmark(
  {
    name: 'demo',
    help,
    options: { runs: { type: 'string', default: '5' } },
    goal: 'wall time at most 1.2 times the critical path',
  },
  measure,
  print,
);
