import type { HeddleError } from '@heddle/core';
import type { ReadSeen } from '../agent/observations.ts';
import {
  fallback,
  nameOf,
  outputsOf,
  type Program,
  type ProgramInput,
  type ProgramRole,
  type Step,
} from '../program/program.ts';
import type { World } from '../world/world.ts';
import { type Cause, Fixpoint, inputOf, readId, startStep } from './fixpoint.ts';
import { checkHistory } from './history.ts';
import { Timeline } from './timeline.ts';
import { checkTiming } from './timing.ts';
import { checkValue, type KnownValue } from './value.ts';

/** Codes of reads that depend on the moment, and not on the program alone; the timeline says whether they are right. */
const momentary: ReadonlySet<string> = new Set(['wait-timeout', 'missing-value']);
/** A loss that was taken back: whoever waited at that time has failed of it, and stays so. */
const loss = 'producer-lost';

/** Compare what a world came to with what its program says, and name everything that is not so. */
export function checkWorld(program: Program, world: World, isOver: boolean): string[] {
  return new Check(program, world, isOver).problems();
}

interface FirstCause {
  readonly node: string;
  readonly role: string;
  readonly code: string;
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
    const expected = new Fixpoint(this.#program, { choices: this.#choices(), lost: this.#lost() });
    for (const read of seen.reads) this.#checkRead(read, expected);
    this.#checkEnds(expected);
    return this.#problems;
  }

  #whoWaits(): string {
    const open = this.#world.seen.reads.filter(({ outcome }) => outcome === undefined);
    return open.map(({ node, role, input }) => `${node}.${role} waits for its input ${input}`).join(', ');
  }

  /** What ended by the moment; the last run of a role counts. */
  #choices(): Map<string, Cause> {
    const choices = new Map<string, Cause>();
    for (const read of this.#world.seen.reads) {
      const id = readId(read.node, read.role, read.step);
      choices.delete(id);
      const code = momentaryCode(read, this.#roleOf(read.node, read.role));
      if (code !== undefined) choices.set(id, { code, first: `${code} ${nameOf(read.node, read.role)}` });
      const lost = this.#foundAgain(read.outcome?.kind === 'error' ? read.outcome.error : undefined);
      if (lost !== undefined) choices.set(id, lost);
    }
    for (const { node, role, error } of this.#world.seen.roles) {
      const lost = this.#foundAgain(error);
      if (lost !== undefined && error?.message.includes('runs after') === true)
        choices.set(readId(node, role, startStep), lost);
      const isStart = error?.code === 'wait-timeout' && error.message.includes('to run after');
      if (isStart)
        choices.set(readId(node, role, startStep), { code: error.code, first: `${error.code} ${nameOf(node, role)}` });
    }
    return choices;
  }

  /** What an error says of a role that was lost, and is not any more. */
  #foundAgain(error: HeddleError | undefined): Cause | undefined {
    const cause = error?.details['firstCause'] as FirstCause | undefined;
    if (error?.code !== loss || cause === undefined) return undefined;
    const name = nameOf(cause.node, cause.role);
    const isLost = this.#timeline.records(name).at(-1)?.record.state === 'lost';
    return isLost ? undefined : { code: loss, first: `${loss} ${name}` };
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

  #checkRead(read: ReadSeen, fixpoint: Fixpoint): void {
    const { node, role, outcome } = read;
    if (outcome === undefined) return this.#checkOpen(read);
    const name = `${node}.${role} step ${read.step}, input ${read.input} (start ${read.run})`;
    const complain = (text: string) => this.#problems.push(`${name}: ${text}`);
    const program = this.#roleOf(node, role);
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
    const isLost = fixpoint.end(node, role) === 'lost';
    const expected = fixpoint.expected(node, role, read.step);
    if (expected === undefined) {
      if (!isLost) complain(`by the program it never ends; it got ${got}`);
      return;
    }
    if (expected.kind === 'given') return;
    if (expected.kind === 'value') {
      if (isFallback && this.#wasLost(input, read.endedMs ?? 0)) return;
      if (outcome.kind !== 'value' || isFallback)
        complain(`a false alarm: by the program its value comes; it got ${got}`);
      return;
    }
    if (isFallback) return;
    const causes = expected.causes.map(({ code, first }) => `${code} <- ${first}`);
    if (outcome.kind === 'value') return void complain(`by the program its value never comes (${causes.join(', ')})`);
    const first = outcome.error.details['firstCause'] as FirstCause | undefined;
    const said = `${outcome.error.code} <- ${first?.code} ${first?.node}.${first?.role}`;
    if (!causes.includes(said)) complain(`its error says ${said}; by the program it is ${causes.join(', or ')}`);
  }

  /** Whether another agent, or a verdict, had the node when a read ended. */
  #wasTaken({ node, incarnation, endedMs = 0 }: ReadSeen): boolean {
    const { truth, epoch } = this.#world;
    const taken = truth.history(epoch.keys.incarnation(node)).filter(({ atMs }) => atMs <= endedMs);
    return taken.length > incarnation;
  }

  #wasLost(input: ProgramInput, endedMs: number): boolean {
    const ends = input.needs.flatMap(outputsOf).flatMap((output) => this.#timeline.endsWithout(output));
    return ends.some(({ state, atMs }) => state === 'lost' && atMs <= endedMs);
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

  #roleOf(node: string, role: string): ProgramRole {
    const found = this.#program.nodes.find(({ name }) => name === node)?.roles.find(({ name }) => name === role);
    if (found === undefined) throw new Error(`the program has no role ${role} of ${node}`);
    return found;
  }
}

/** The code of a read that ended by the moment, also of one that fell back to its default then. */
function momentaryCode(read: ReadSeen, role: ProgramRole): string | undefined {
  const { outcome, endedMs, startedMs } = read;
  if (outcome?.kind === 'error') return momentary.has(outcome.error.code) ? outcome.error.code : undefined;
  if (outcome === undefined || endedMs === undefined || !isFallbackRead(read, role)) return undefined;
  return endedMs - startedMs >= inputOf(role, read.input).deadlineMs ? 'wait-timeout' : undefined;
}

function isFallbackRead({ outcome, step }: ReadSeen, role: ProgramRole): boolean {
  if (outcome?.kind !== 'value' || outcome.value !== fallback) return false;
  const read = role.steps[step] as Extract<Step, { kind: 'read' }>;
  return inputOf(role, read.input).missing === 'default';
}
