import {
  nameOf,
  outputsOf,
  type Program,
  type ProgramInput,
  type ProgramNeed,
  type ProgramNode,
  type ProgramRole,
} from '../program/program.ts';

/** Where a chain of failures began: `CODE NODE.ROLE`. */
export type FirstCause = string;

/** Why a value never comes: the code that its reader gets, and where that began. */
export interface Cause {
  readonly code: string;
  readonly first: FirstCause;
}

/** What is known of a run from outside of the program. */
export interface Given {
  /** Reads that ended otherwise than the program alone says, by `readId`, and waits to start, by the read id of `startStep`. */
  readonly choices: ReadonlyMap<string, Cause>;
  /** Roles whose node was lost while they ran: what they had written by then. */
  readonly lost: ReadonlyMap<string, readonly string[]>;
  /** True: a role that never ends fails there. It shows who waits for nobody but one another. @default false */
  readonly hangsEnd?: boolean;
  /**
   * True: a read that fails goes on like one that gets its value, a role that never ends writes all that it could, and what has not ended by
   * now writes what others wait for: who waits even then waits for what only waits itself, for all that anybody can know. @default false
   */
  readonly isHopeful?: boolean;
  /**
   * With `isHopeful`: the reads that somebody waits in, and the waits to start, by the read id of `startStep`; a role that has come to none of
   * them may still end well. @default all
   */
  readonly waiting?: ReadonlySet<string>;
  /** With `isHopeful`: a read, by `readId`, that waits for all that is missing, also where one of it never comes. @default none */
  readonly lingering?: string;
  /** Roles that have ended, by `NODE.ROLE`, and outputs that are there, by `NODE.OUTPUT`, whatever their program says. @default none */
  readonly ended?: ReadonlySet<string>;
  readonly written?: Iterable<string>;
  /** Roles that have started, by `NODE.ROLE`, whatever those before them do now. @default none */
  readonly started?: ReadonlySet<string>;
  /** Reads that have ended, by `readId`, and waits to start, by the read id of `startStep`, and the role went on. @default none */
  readonly passed?: ReadonlySet<string>;
}

export const nothingGiven: Given = { choices: new Map(), lost: new Map() };

/** The number of the step before the first one, in which a role waits for others to have succeeded. */
export const startStep = -1;

export type Expected =
  | { readonly kind: 'value' }
  /** Its value never comes, because of any of these. */
  | { readonly kind: 'never'; readonly causes: readonly Cause[] }
  /** It ends as was given. */
  | { readonly kind: 'given'; readonly cause: Cause };

/** Name a read of a program. */
export function readId(node: string, role: string, step: number): string {
  return `${node}.${role}#${step}`;
}

function startId({ node, role }: RoleState): string {
  return readId(node.name, role.name, startStep);
}

interface RoleState {
  readonly node: ProgramNode;
  readonly role: ProgramRole;
  readonly before: RoleState | undefined;
  step: number;
  end: 'done' | 'failed' | 'lost' | undefined;
  /** What it failed of, when that was no read: its own program, or a role that it runs after. */
  failure: 'program' | 'after' | undefined;
  /** The step of the read that it failed of. */
  failedRead: number | undefined;
}

/**
 * What a program comes to, whatever the order in which its roles run: everything is done that can be done, until nothing changes any more.
 *
 * A search over the program, in which values are names and time does not exist.
 */
export class Fixpoint {
  readonly #states = new Map<string, RoleState>();
  readonly #written = new Set<string>();
  readonly #producers = new Map<string, RoleState>();
  readonly #reads = new Map<string, 'value' | 'never' | 'given'>();
  readonly #given: Given;

  constructor(program: Program, given: Given = nothingGiven) {
    this.#given = given;
    for (const output of given.written ?? []) this.#written.add(output);
    for (const node of program.nodes) {
      let before: RoleState | undefined;
      for (const role of node.roles) {
        const lost = given.lost.get(nameOf(node.name, role.name));
        const state: RoleState = {
          node,
          role,
          before,
          step: 0,
          end:
            lost !== undefined
              ? 'lost'
              : given.ended?.has(nameOf(node.name, role.name)) === true
                ? 'failed'
                : undefined,
          failure: undefined,
          failedRead: undefined,
        };
        for (const output of lost ?? []) this.#written.add(nameOf(node.name, output));
        this.#states.set(nameOf(node.name, role.name), state);
        for (const output of role.outputs) this.#producers.set(nameOf(node.name, output), state);
        before = state;
      }
    }
    let isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (const state of this.#states.values()) isChanged = this.#advance(state) || isChanged;
    }
  }

  /** Roles that wait for ever, with the step of the read; undefined: to start. */
  stuck(): readonly { readonly node: string; readonly role: string; readonly step: number | undefined }[] {
    return [...this.#states.values()]
      .filter((state) => state.end === undefined && state.role.steps[state.step]?.kind !== 'hang')
      .map((state) => ({
        node: state.node.name,
        role: state.role.name,
        step: this.#hasStarted(state) ? state.step : undefined,
      }));
  }

  /** The roles that a role waits for, by `NODE.ROLE`; none when it has ended or goes on. */
  waitsFor(name: string): readonly string[] {
    const state = this.#states.get(name);
    if (state === undefined || state.end !== undefined) return [];
    const { role } = state;
    const before = openBefore(state);
    if (before !== undefined) return [nameOf(before.node.name, before.role.name)];
    const after = this.#openAfter(state);
    if (after.length > 0) return after;
    const step = role.steps[state.step];
    if (step?.kind !== 'read') return [];
    const id = readId(state.node.name, role.name, state.step);
    const needs = inputOf(role, step.input).needs.filter((need) => !this.#isThere(need, id));
    return needs
      .flatMap((need) => this.#openOf(need))
      .flatMap((output) => {
        const producer = this.#producers.get(output);
        return producer === undefined ? [] : [nameOf(producer.node.name, producer.role.name)];
      });
  }

  /** The step of the read in which a role waits; `startStep` before its first one; undefined when it has ended. */
  placeOf(name: string): number | undefined {
    const state = this.#states.get(name);
    if (state === undefined || state.end !== undefined) return undefined;
    return this.#hasStarted(state) ? state.step : startStep;
  }

  /** How a read ends; undefined: the role does not come to it, or waits in it for ever. */
  expected(node: string, role: string, step: number): Expected | undefined {
    const kind = this.#reads.get(readId(node, role, step));
    if (kind === undefined) return undefined;
    if (kind === 'value') return { kind };
    if (kind === 'given') return { kind, cause: this.#given.choices.get(readId(node, role, step)) as Cause };
    const state = this.#states.get(nameOf(node, role)) as RoleState;
    return { kind, causes: this.#causesOfRead(state, step, new Set()) };
  }

  /** How a role ends; undefined: never. */
  end(node: string, role: string): 'done' | 'failed' | 'lost' | undefined {
    return this.#states.get(nameOf(node, role))?.end;
  }

  #hasStarted(state: RoleState): boolean {
    return openBefore(state) === undefined && this.#openAfter(state).length === 0;
  }

  /** The roles that a role has still to wait for before it starts. */
  #openAfter(state: RoleState): readonly string[] {
    if (this.#given.passed?.has(startId(state)) === true) return [];
    const after = state.role.after.map((ref) => nameOf(ref.node, ref.role));
    return after.filter((other) => this.#states.get(other)?.end === undefined);
  }

  /** Do what a role can do; true when that was something. */
  #advance(state: RoleState): boolean {
    if (state.end !== undefined) return false;
    if (this.#given.started?.has(nameOf(state.node.name, state.role.name)) === true) return this.#proceed(state);
    if (openBefore(state) !== undefined) return false;
    if (this.#given.choices.has(startId(state))) {
      state.end = 'failed';
      state.failedRead = startStep;
      return true;
    }
    if (this.#isUnknownToStart(state)) {
      this.#endWell(state);
      return true;
    }
    const after = state.role.after.map((ref) => this.#states.get(nameOf(ref.node, ref.role))?.end);
    const isHopeful = this.#given.isHopeful === true;
    if (!isHopeful && after.some((end) => end === 'failed' || end === 'lost')) {
      state.end = 'failed';
      state.failure = 'after';
      return true;
    }
    return this.#openAfter(state).length === 0 && this.#proceed(state);
  }

  /** Do what a role that has started can do; true when that was something. */
  #proceed(state: RoleState): boolean {
    let isChanged = false;
    while (state.end === undefined) {
      const step = state.role.steps[state.step];
      if (step === undefined) state.end = 'done';
      else if (step.kind === 'write') this.#written.add(nameOf(state.node.name, step.output));
      else if (step.kind === 'hang' && this.#given.isHopeful === true) this.#endWell(state);
      else if (step.kind === 'read' && this.#isUnknown(state)) this.#endWell(state);
      else if (step.kind === 'hang' && this.#given.hangsEnd !== true) return isChanged;
      else if (step.kind === 'fail' || step.kind === 'hang') {
        state.end = 'failed';
        state.failure = 'program';
      } else if (step.kind === 'read' && !this.#read(state, step.input, step.isRescued)) return isChanged;
      if (state.end === undefined) state.step += 1;
      isChanged = true;
    }
    return isChanged;
  }

  /** Whether nobody can know yet that a role will wait for those that it runs after: its turn has not come. */
  #isUnknownToStart(state: RoleState): boolean {
    return state.role.after.length > 0 && this.#isNoWait(startId(state));
  }

  /** Whether nobody can know that a role will wait in the read that it comes to. */
  #isUnknown({ node, role, step }: RoleState): boolean {
    return this.#isNoWait(readId(node.name, role.name, step));
  }

  #isNoWait(id: string): boolean {
    const { waiting, passed } = this.#given;
    return waiting !== undefined && !waiting.has(id) && passed?.has(id) !== true;
  }

  /** Nobody can know of a role that goes on that it will not write the rest. */
  #endWell(state: RoleState): void {
    state.end = 'done';
    for (const output of state.role.outputs) this.#written.add(nameOf(state.node.name, output));
  }

  /** End a read if it can end. */
  #read(state: RoleState, name: string, isRescued: boolean): boolean {
    const id = readId(state.node.name, state.role.name, state.step);
    const input = inputOf(state.role, name);
    if (this.#given.passed?.has(id) === true) return true;
    const given = this.#given.choices.has(id);
    if (input.missing === 'fail') {
      this.#reads.set(id, given ? 'given' : 'value');
      return true;
    }
    const isNever = input.needs.some((need) => this.#isNever(need));
    const isOpen = input.needs.some((need) => !this.#isThere(need, id));
    if (!given && !isNever && isOpen) return false;
    this.#reads.set(id, given ? 'given' : isNever ? 'never' : 'value');
    if ((given || isNever) && input.missing !== 'default' && !isRescued) {
      state.end = 'failed';
      state.failedRead = state.step;
    }
    return true;
  }

  /** Whether a read need not wait for something: it is there, or known never to come. */
  #isThere(need: ProgramNeed, read: string): boolean {
    const { isHopeful, ended, lingering } = this.#given;
    if (isHopeful === true && read !== lingering && this.#canNotBe(need)) return true;
    const there = outputsOf(need).filter((output) => {
      if (this.#written.has(output)) return true;
      const producer = this.#producers.get(output);
      if (isHopeful !== true || producer?.end === undefined) return false;
      return ended?.has(nameOf(producer.node.name, producer.role.name)) !== true;
    });
    return there.length >= enough(need);
  }

  #isNever(need: ProgramNeed): boolean {
    return this.#given.isHopeful !== true && this.#canNotBe(need);
  }

  #canNotBe(need: ProgramNeed): boolean {
    const { isHopeful, ended } = this.#given;
    const never = this.#neverOf(need).filter((output) => {
      const producer = this.#producers.get(output);
      if (isHopeful !== true || producer === undefined) return true;
      return ended?.has(nameOf(producer.node.name, producer.role.name)) === true;
    });
    return outputsOf(need).length - never.length < enough(need);
  }

  /** The outputs of a need that are not there and may still come. */
  #openOf(need: ProgramNeed): readonly string[] {
    return outputsOf(need).filter(
      (output) => !this.#written.has(output) && this.#producers.get(output)?.end === undefined,
    );
  }

  /** The outputs of a need that never come. */
  #neverOf(need: ProgramNeed): readonly string[] {
    return outputsOf(need).filter(
      (output) => !this.#written.has(output) && this.#producers.get(output)?.end !== undefined,
    );
  }

  #causesOfRead(state: RoleState, step: number, path: ReadonlySet<RoleState>): Cause[] {
    const read = state.role.steps[step];
    if (read?.kind !== 'read' || path.has(state)) return [];
    const within = new Set([...path, state]);
    const outputs = inputOf(state.role, read.input).needs.flatMap((need) => this.#neverOf(need));
    return outputs.flatMap((output) => this.#causesOfOutput(output, within));
  }

  #causesOfOutput(output: string, path: ReadonlySet<RoleState>): Cause[] {
    const producer = this.#producers.get(output);
    if (producer === undefined) return [];
    const name = nameOf(producer.node.name, producer.role.name);
    if (producer.end === 'done') return [{ code: 'never-written', first: `never-written ${name}` }];
    if (producer.end === 'lost') return [{ code: 'producer-lost', first: `producer-lost ${name}` }];
    return this.#firstCauses(producer, path).map((first) => ({ code: 'producer-failed', first }));
  }

  /** What a role that failed may have failed of. */
  #firstCauses(state: RoleState, path: ReadonlySet<RoleState>): FirstCause[] {
    const name = nameOf(state.node.name, state.role.name);
    if (state.failure === 'program') return [`role-failed ${name}`];
    if (state.failure === 'after') {
      const ended = state.role.after.map((ref) => this.#states.get(nameOf(ref.node, ref.role)) as RoleState);
      return ended.flatMap((other) => {
        if (other.end === 'lost') return [`producer-lost ${nameOf(other.node.name, other.role.name)}`];
        return other.end === 'failed' && !path.has(other) ? this.#firstCauses(other, new Set([...path, state])) : [];
      });
    }
    const step = state.failedRead ?? state.step;
    const given = this.#given.choices.get(readId(state.node.name, state.role.name, step));
    if (given !== undefined) return [given.first];
    return this.#causesOfRead(state, step, path).map(({ first }) => first);
  }
}

/** The role whose turn on its node is before another one's: an agent that starts again runs what has not ended, also before what has. */
function openBefore({ before }: RoleState): RoleState | undefined {
  for (let state = before; state !== undefined; state = state.before) if (state.end === undefined) return state;
  return undefined;
}

/** How many of a need's outputs it takes. */
export function enough(need: ProgramNeed): number {
  return need.kind === 'output' ? 1 : (need.atLeast ?? need.count);
}

/** The input of a role by its name. */
export function inputOf(role: ProgramRole, name: string): ProgramInput {
  const input = role.inputs.find((candidate) => candidate.name === name);
  if (input === undefined) throw new Error(`the program reads ${name}, and declares no such input`);
  return input;
}
