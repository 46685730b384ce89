#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { between, kinds, playbook, pushedInventory, templates } from './ansible-reads/playbook.mjs';
import { benchmark } from './lib/command.mjs';
import { checkout, heddleProgram } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/ansible-reads.mjs [options]

What a template pays for another node's value, beside a variable of its own; and what loading the plugins adds to a playbook that does nothing.

  --rounds N      templates of each kind, by turns, in one run (default 5)
  --pairs N       pairs of runs that do nothing (default 12)
`;

const programs = {
  2.14: '/usr/bin/ansible-playbook',
  2.19: `${checkout}.tools/ansible-2.19/bin/ansible-playbook`,
};
const counts = [1, 100, 1000];

async function measure({ rounds, pairs }) {
  return withScene('ansible-reads', 1_200_000, async (scene) => {
    const results = {};
    for (const [version, program] of Object.entries(programs)) {
      if (!existsSync(program)) {
        console.log(`${version} is not measured: there is no ${program}`);
        continue;
      }
      results[version] = {
        reads: await measureReads(scene, version, program, rounds),
        start: await measureStart(scene, version, program, pairs),
      };
    }
    return results;
  });
}

/** One run of `heddle up` with a node that gives a value and one whose playbook reads it, and one of ansible-playbook alone that has both in its inventory. */
async function measureReads(scene, version, program, rounds) {
  const folder = `reads-${version}`;
  const out = scene.path(folder, 'out');
  const giver = {
    name: 'give',
    command: [heddleProgram, 'set', 'given=a value of some length'],
    outputs: { given: 'given' },
  };
  const reader = {
    name: 'read',
    after: ['giver.give'],
    ansible: { playbook: 'reads.yml', program },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the deployment file.
    inputs: { remote: '${giver.given}' },
  };
  const nodes = { giver: { roles: [giver] }, reader: { roles: [reader] } };
  const files = Object.entries(templates(counts)).map(([name, text]) => [`${folder}/templates/${name}`, text]);
  const clock = await readFile(new URL('ansible-reads/lookup_plugins/clock.py', import.meta.url), 'utf8');
  await scene.write({
    [`${folder}/heddle.yaml`]: JSON.stringify({ heddle: 1, deployment: 'reads', nodes }),
    [`${folder}/reads.yml`]: playbook(counts, rounds, out, false),
    [`${folder}/pushed.yml`]: playbook(counts, rounds, out, true),
    [`${folder}/pushed.json`]: JSON.stringify(pushedInventory),
    [`${folder}/lookup_plugins/clock.py`]: clock,
    [`${folder}/out/.keep`]: '',
    ...Object.fromEntries(files),
  });
  const cwd = scene.path(folder);
  await scene.start(`${folder}.log`, heddleProgram, ['up', '--access', 'shared'], { cwd }).end;
  await scene.start(`${folder}-pushed.log`, program, ['-i', 'pushed.json', 'pushed.yml'], { cwd }).end;
  const cell = async (index, count) => {
    const texts = await Promise.all(
      Array.from({ length: rounds }, (_, round) => readFile(`${out}/${index}-${count}-${round}`, 'utf8')),
    );
    const times = texts.map((text) => between(text, count));
    return {
      processorMs: spread(times.map(({ processorMs }) => processorMs)),
      wallMs: spread(times.map(({ wallMs }) => wallMs)),
    };
  };
  const rows = Object.keys(kinds).map(async (kind, index) => {
    const cells = counts.map(async (count) => [count, await cell(index, count)]);
    return [kind, Object.fromEntries(await Promise.all(cells))];
  });
  return Object.fromEntries(await Promise.all(rows));
}

/** Pairs of runs of a playbook that does nothing, by turns; what is timed is ansible-playbook alone, not its agent. */
async function measureStart(scene, version, program, pairs) {
  const folder = `start-${version}`;
  const timed = await readFile(new URL('chef-start/timed-chef-solo.sh', import.meta.url), 'utf8');
  const role = { name: 'nothing', ansible: { playbook: 'nothing.yml', program: './heddle' } };
  const tasks = [{ name: 'Say nothing', debug: { msg: 'done' } }];
  const script = timed.replace('CHEF_SOLO', program);
  await scene.write({
    [`${folder}/heddle.yaml`]: JSON.stringify({ heddle: 1, deployment: 'start', nodes: { a: { roles: [role] } } }),
    [`${folder}/nothing.yml`]: JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]),
    [`${folder}/hosts.ini`]: 'a ansible_connection=local\n',
    [`${folder}/plain`]: script,
    [`${folder}/heddle`]: script,
  });
  for (const name of ['plain', 'heddle']) await chmod(scene.path(folder, name), 0o755);
  const cwd = scene.path(folder);
  const ways = {
    plain: [scene.path(folder, 'plain'), ['-i', 'hosts.ini', 'nothing.yml']],
    heddle: [heddleProgram, ['up', '--access', 'shared']],
  };
  const measured = [];
  for (let round = -1; round < pairs; round += 1) {
    const pair = {};
    for (const name of round % 2 === 0 ? ['plain', 'heddle'] : ['heddle', 'plain']) {
      const [command, words] = ways[name];
      await scene.start(`${folder}-${name}.log`, command, words, { cwd }).end;
      pair[name] = lastTimes(await readFile(scene.path(folder, `${name}.times`), 'utf8'));
    }
    // The first pair finds cold files.
    if (round >= 0) measured.push(pair);
  }
  const of = (pick) => ({
    wall: spread(measured.map((pair) => pick(pair, 'wallMs'))),
    processor: spread(measured.map((pair) => pick(pair, 'processorMs'))),
  });
  return {
    plainMs: of(({ plain }, figure) => plain[figure]),
    heddleMs: of(({ heddle }, figure) => heddle[figure]),
    ratio: of(({ plain, heddle }, figure) => heddle[figure] / plain[figure]),
  };
}

function lastTimes(text) {
  const [wall, user, system] = text.trim().split('\n').at(-1).split(' ').map(Number);
  return { wallMs: wall * 1000, processorMs: (user + system) * 1000 };
}

function print(results) {
  for (const [version, { reads, start }] of Object.entries(results)) {
    console.log(`ansible-core ${version}: one template, processor ms (wall ms), medians; µs of processor for one use`);
    for (const [kind, cells] of Object.entries(reads)) {
      const texts = Object.entries(cells).map(([count, { processorMs, wallMs }]) =>
        `${count}: ${processorMs.median.toFixed(1)} (${wallMs.median.toFixed(1)})`.padEnd(26),
      );
      const each = (1000 * cells[1000].processorMs.median) / 1000;
      console.log(`  ${kind.padEnd(26)}${texts.join('')}${each.toFixed(0)} µs`);
    }
    for (const figure of ['wall', 'processor']) {
      const { median, quartile1, quartile3 } = start.ratio[figure];
      const ms = [start.plainMs, start.heddleMs].map((times) => times[figure].median.toFixed(0));
      console.log(
        `  a playbook that does nothing, ${figure}: ${ms[0]} ms plain, ${ms[1]} ms with; ratio ${median.toFixed(3)} (quartiles ${quartile1.toFixed(3)} to ${quartile3.toFixed(3)})`,
      );
    }
  }
}

await benchmark(
  {
    name: 'ansible-reads',
    help,
    options: { rounds: { type: 'string', default: '5' }, pairs: { type: 'string', default: '12' } },
    goal: 'a playbook that does nothing: wall and processor time at most 1.03 times those without plugins',
  },
  measure,
  print,
);
