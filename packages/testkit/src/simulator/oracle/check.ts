import type { ReadSeen } from '../agent/observations.ts';
import { nameOf, type Program, type ProgramRole, roleOf } from '../program/program.ts';
import type { World } from '../world/world.ts';
import { checkAborted, checkReadAfterAbort } from './aborted.ts';
import { collectChoices, firstCauseOf, isFallbackRead } from './choices.ts';
import { checkDeadlocks } from './deadlocks.ts';
import { Fixpoint, inputOf } from './fixpoint.ts';
import { formerRuns } from './former-runs.ts';
import { checkHistory } from './history.ts';
import { checkLost } from './lost.ts';
import { checkRerun } from './rerun.ts';
import { Timeline } from './timeline.ts';
import { checkTiming } from './timing.ts';
import { checkValue, type KnownValue } from './value.ts';

/** Compare what a world came to with what its program says, and name everything that is not so. */
export function checkWorld(program: Program, world: World, isOver: boolean): string[] {
  return new Check(program, world, isOver).problems();
}

class Check {
  readonly #program: Program;
  readonly #world: World;
  readonly #isOver: boolean;
  readonly #timeline: Timeline;
  readonly #problems: string[] = [];
  readonly #known = new Map<string, KnownValue>();

  constructor(program: Program, world: World, isOver: boolean) {
    this.#program = program;
    this.#world = world;
    this.#isOver = isOver;
    this.#timeline = new Timeline(program, world.truth, world.epoch.keys);
  }

  problems(): string[] {
    const { seen } = this.#world;
    this.#problems.push(...seen.faults);
    if (!this.#isOver) this.#problems.push(`hang: the world did not end; ${this.#whoWaits()}`);
    this.#problems.push(...checkHistory(this.#program, this.#world, this.#timeline));
    this.#problems.push(...checkLost(this.#program, this.#world));
    this.#problems.push(...checkRerun(this.#program, this.#world, this.#timeline));
    const choices = collectChoices(this.#program, this.#world, this.#timeline);
    // Whom an abort ended would have waited for ever, or not: that nobody can say any more.
    if (this.#world.abortedMs === undefined)
      this.#problems.push(...checkDeadlocks(this.#program, choices.all, this.#timeline, this.#world));
    const causes = new Map([...choices.last].map(([id, { cause }]) => [id, cause]));
    const former = formerRuns(this.#program, seen, this.#timeline);
    const expected = new Fixpoint(this.#program, { choices: causes, lost: this.#lost(), ...former });
    const { abortedMs } = this.#world;
    for (const read of seen.reads) {
      if (abortedMs !== undefined && (read.endedMs ?? 0) > abortedMs) this.#checkLateRead(read, abortedMs);
      else this.#checkRead(read, expected, choices.byRead.has(read));
    }
    if (abortedMs === undefined) this.#checkEnds(expected);
    else this.#problems.push(...checkAborted(this.#program, this.#world, this.#timeline, abortedMs));
    return this.#problems;
  }

  #whoWaits(): string {
    const open = this.#world.seen.reads.filter(({ outcome }) => outcome === undefined);
    return open.map(({ node, role, input }) => `${node}.${role} waits for its input ${input}`).join(', ');
  }

  /** Roles that nobody ended but their loss, and what they had written. */
  #lost(): Map<string, readonly string[]> {
    const lost = new Map<string, readonly string[]>();
    for (const { node, role } of this.#roles()) {
      if (this.#timeline.records(nameOf(node, role.name)).at(-1)?.record.state !== 'lost') continue;
      const written = role.outputs.filter((output) => this.#timeline.values(nameOf(node, output)).length > 0);
      lost.set(nameOf(node, role.name), written);
    }
    return lost;
  }

  #checkRead(read: ReadSeen, fixpoint: Fixpoint, isChoice: boolean): void {
    const { node, role, outcome } = read;
    if (outcome === undefined) return this.#checkOpen(read);
    const name = `${node}.${role} step ${read.step}, input ${read.input} (start ${read.run})`;
    const complain = (text: string) => this.#problems.push(`${name}: ${text}`);
    const program = roleOf(this.#program, node, role);
    const input = inputOf(program, read.input);
    const got = outcome.kind === 'value' ? 'a value' : `[${outcome.error.code}] ${outcome.error.message}`;
    for (const problem of checkTiming(read, input, this.#timeline, this.#world)) complain(`${problem}; it got ${got}`);
    const isFallback = isFallbackRead(read, program);
    if (outcome.kind === 'value' && !isFallback)
      for (const problem of checkValue(read, input, this.#timeline, this.#world, this.#known)) complain(problem);
    if (outcome.kind === 'error' && outcome.error.code === 'fenced') {
      if (!this.#wasTaken(read)) complain(`a false alarm: nobody else had the node; it got ${got}`);
      return;
    }
    // It depends on the moment, which was right.
    if (outcome.kind === 'error' && outcome.error.code === 'missing-value' && input.missing === 'fail') return;
    if (isChoice) return;
    const isLost = fixpoint.end(node, role) === 'lost';
    const expected = fixpoint.expected(node, role, read.step);
    if (expected === undefined) {
      if (!isLost) complain(`by the program it never ends; it got ${got}`);
      return;
    }
    if (expected.kind === 'given') return;
    if (expected.kind === 'value') {
      if (outcome.kind !== 'value' || isFallback)
        complain(`a false alarm: by the program its value comes; it got ${got}`);
      return;
    }
    if (isFallback) return;
    const causes = expected.causes.map(({ code, first }) => `${code} <- ${first}`);
    if (outcome.kind === 'value') return void complain(`by the program its value never comes (${causes.join(', ')})`);
    const said = `${outcome.error.code} <- ${firstCauseOf(outcome.error) ?? 'nothing'}`;
    if (!causes.includes(said)) complain(`its error says ${said}; by the program it is ${causes.join(', or ')}`);
  }

  #checkLateRead(read: ReadSeen, abortedMs: number): void {
    const { node, role, run, input, outcome } = read;
    const program = roleOf(this.#program, node, role);
    const isValue = outcome?.kind === 'value' && !isFallbackRead(read, program);
    const wrong = isValue ? checkValue(read, inputOf(program, input), this.#timeline, this.#world, this.#known) : [];
    for (const problem of [...checkReadAfterAbort(read, this.#world, abortedMs), ...wrong])
      this.#problems.push(`${node}.${role}, input ${input} (start ${run}): ${problem}`);
  }

  /** Whether another agent, or a verdict, had the node when a read ended. */
  #wasTaken({ node, incarnation, endedMs = 0 }: ReadSeen): boolean {
    const { truth, epoch } = this.#world;
    const taken = truth.history(epoch.keys.incarnation(node)).filter(({ atMs }) => atMs <= endedMs);
    return taken.length > incarnation;
  }

  /** A read without an end: of an agent that was killed, or a hang. */
  #checkOpen({ node, role, run, input }: ReadSeen): void {
    const machine = this.#world.machines.get(node);
    if (machine === undefined || run < machine.starts || machine.state === 'dead') return;
    this.#problems.push(`${node}.${role}: the read of ${input} has no end`);
  }

  /** Each role ends as its program says, for itself and in the store. */
  #checkEnds(fixpoint: Fixpoint): void {
    for (const { node, role } of this.#roles()) {
      const name = nameOf(node, role.name);
      const expected = fixpoint.end(node, role.name);
      const stored = this.#timeline.records(name).at(-1)?.record.state;
      const isRunning = stored === undefined || stored === 'running' || stored === 'pending';
      if (isRunning ? expected !== undefined : stored !== expected)
        this.#problems.push(`${name}: by the program it is ${expected ?? 'without an end'}, the store says ${stored}`);
    }
  }

  *#roles(): Generator<{ node: string; role: ProgramRole }> {
    for (const node of this.#program.nodes) for (const role of node.roles) yield { node: node.name, role };
  }
}
