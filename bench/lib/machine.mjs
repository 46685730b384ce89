import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { chefProgram } from './programs.mjs';

/** Describe what a result depends on: hardware, kernel, versions, and how busy the machine was. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    ruby: rubyVersion(),
    chef: /(\d+\.\d+\.\d+)/.exec(said(chefProgram('chef-solo'), ['--version']))?.[1] ?? 'unknown',
    commit: said('git', ['-C', import.meta.dirname, 'describe', '--always', '--dirty']).trim(),
    load: loadavg()[0],
    date: new Date().toISOString(),
  };
}

/** The same in one line. */
export function machineLine(machine) {
  const { cpu, cores, memoryGiB, kernel, node, ruby, chef, load } = machine;
  const busy = load > cores / 2 ? ' (busy: expect noise)' : '';
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, node ${node}, ruby ${ruby}, chef ${chef}, load ${load.toFixed(1)}${busy}`;
}

/** Jiffies that all processes of the machine have had, and all that there were: tells how busy it was meanwhile. */
export function processorTime() {
  const fields = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle, waiting] = fields;
  const total = fields.reduce((sum, ticks) => sum + ticks, 0);
  return { busy: total - idle - waiting, total };
}

function rubyVersion() {
  return /ruby (\S+)/.exec(said(chefProgram('chef-ruby'), ['--version']))?.[1] ?? 'unknown';
}

function said(program, words) {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
