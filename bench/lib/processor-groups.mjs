import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const hierarchies = [
  { root: '/sys/fs/cgroup/cpuacct', file: 'cpuacct.usage', toMs: (text) => Number(text) / 1e6 },
  { root: '/sys/fs/cgroup', file: 'cpu.stat', toMs: (text) => Number(/^usage_usec (\d+)/m.exec(text)?.[1]) / 1e3 },
];

/**
 * Count the processor time of whole machines: a control group for each, so processes that live, have ended, or left their parents all count.
 *
 * Needs root. The groups are gone after `close`; their processes must have ended by then.
 */
export class ProcessorGroups {
  #hierarchy = hierarchies.find(({ root, file }) => existsSync(join(root, file)));
  #base;
  #names = [];

  constructor(name) {
    if (this.#hierarchy === undefined) throw new Error('there are no control groups that count processor time');
    this.#base = join(this.#hierarchy.root, `heddle-bench-${name}-${process.pid}`);
    mkdirSync(this.#base);
  }

  add(name) {
    mkdirSync(join(this.#base, name));
    this.#names.push(name);
  }

  /** The words that run `argv` in a group, and all that it starts. */
  inside(name, argv) {
    return ['sh', '-c', 'echo $$ >"$0" && exec "$@"', join(this.#base, name, 'cgroup.procs'), ...argv];
  }

  /** Move the processes of a machine here, such as its servers: those that share the process id namespace of `pid`. */
  adopt(name, pid) {
    const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
    for (const entry of readdirSync('/proc').filter((text) => /^\d+$/.test(text))) {
      if (namespaceOf(entry) === namespace) writeFileSync(join(this.#base, name, 'cgroup.procs'), entry);
    }
  }

  /** Processor time of each group since it was made, in ms, by name. */
  usedMs() {
    const { file, toMs } = this.#hierarchy;
    return Object.fromEntries(
      this.#names.map((name) => [name, toMs(readFileSync(join(this.#base, name, file), 'latin1'))]),
    );
  }

  async close() {
    for (const name of this.#names) await removeWhenEmpty(join(this.#base, name));
    rmdirSync(this.#base);
  }
}

/** The kernel ends the processes of a machine after the call that ends the machine has returned. */
async function removeWhenEmpty(folder) {
  const untilMs = performance.now() + 10_000;
  while (readFileSync(join(folder, 'cgroup.procs'), 'latin1') !== '' && performance.now() < untilMs) await delay(50);
  rmdirSync(folder);
}

/** Undefined for a process that has ended meanwhile, or that is none of ours. */
function namespaceOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) return undefined;
    throw error;
  }
}
