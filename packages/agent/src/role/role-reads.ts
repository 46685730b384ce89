import {
  type Awaiter,
  findPeer,
  formatPath,
  groupRevision,
  HeddleError,
  inputsReading,
  type Json,
  type JsonType,
  jsonTypeOf,
  type OutputRef,
  type PlanInput,
  type PlanRole,
  type PlanSlice,
  peerInput,
  type ReadInput,
  RunValues,
  toHeddleError,
} from '@heddle/core';
import type { TooEarlyAdvice } from '../adapters/adapter.ts';
import type { Masker } from '../child/masker.ts';
import type { EventHub } from '../events/events.ts';
import { maskError } from './role-end.ts';
import { tooEarlyError } from './too-early.ts';

export interface ReadRequest {
  /** A declared input, or an output of another node by its name. */
  readonly what: { readonly path: readonly string[] } | OutputRef;
  readonly source?: string | undefined;
  readonly background?: boolean | undefined;
  readonly wait?: boolean | undefined;
  /** The tool ends of any error but missing-value, though it does not wait. @default `wait`: whoever only looks may go on */
  readonly ends?: boolean | undefined;
  /** The tool still compiles what it will do: an output of this very run counts only once a remote reader would get it. @default false */
  readonly compiling?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

export interface ReadAnswer {
  readonly value: Json;
  readonly type: JsonType;
  readonly sensitive: boolean;
  readonly waitedMs: number;
}

/** Waits that the error of an interrupted run names. */
const mostNamed = 5;

interface ReaderContext {
  readonly slice: PlanSlice;
  readonly directory: string;
  readonly local: (output: string) => Json | undefined;
  /** As `local`, without what is held back. */
  readonly settled: (output: string) => Json | undefined;
  readonly written: () => Promise<void>;
  /** See `Adapter.adviseTooEarly`. */
  readonly adviseTooEarly?: ((path: readonly string[]) => TooEarlyAdvice | undefined) | undefined;
}

/** The inputs that one run of a role reads: one value per run, whatever is published later. */
export class RoleReads {
  readonly #awaiter: Awaiter;
  readonly #role: PlanRole;
  readonly #context: ReaderContext;
  readonly #masker: Masker;
  readonly #events: EventHub;
  readonly #run = new RunValues();
  readonly #values = new Map<string, Json>();
  readonly #asked = new Set<string>();
  readonly #defaulted = new Set<string>();
  readonly #revisions: Record<string, string> = {};
  #failure: HeddleError | undefined;
  #blockedMs = 0;

  constructor(awaiter: Awaiter, role: PlanRole, context: ReaderContext, masker: Masker, events: EventHub) {
    this.#awaiter = awaiter;
    this.#role = role;
    this.#context = context;
    this.#masker = masker;
    this.#events = events;
  }

  /** The first error that a read on the role's main thread ended in. */
  get failure(): HeddleError | undefined {
    return this.#failure;
  }

  /** The role went on after a failed read: whatever it fails of later is not that. One that came meanwhile stays. */
  forgetFailure(known: HeddleError | undefined): void {
    if (this.#failure === known) this.#failure = undefined;
  }

  /** The role is about to write; see `Awaiter.writes`. */
  async writes(): Promise<void> {
    await this.#awaiter.writes(this.#role.name);
  }

  /** Add to the interruption of a run what it waits for now. */
  stoppedBy(why: HeddleError): HeddleError {
    const { code, message, details, next } = why;
    if (code !== 'interrupted') return why;
    const notes = [...why.notes, ...this.#awaiter.waitsOf(this.#role.name).slice(0, mostNamed)];
    return new HeddleError(code, message, { details, next, notes, cause: why });
  }

  /** Milliseconds that reads on the main thread have waited. */
  get blockedMs(): number {
    return this.#blockedMs;
  }

  get revisions(): Readonly<Record<string, string>> {
    return this.#revisions;
  }

  /** Declared inputs that nobody asked for. */
  unread(): readonly string[] {
    return this.#role.inputs.map((input) => formatPath(input.path)).filter((name) => !this.#asked.has(name));
  }

  /** Inputs of which the run goes by the default, because their value did not come. */
  get defaulted(): readonly string[] {
    return [...this.#defaulted];
  }

  /** Read one input, waiting if need be. Throws what `Awaiter.await` throws, not-declared and denied. */
  async read(request: ReadRequest): Promise<ReadAnswer> {
    const input = this.#input(request);
    const name = formatPath(input.path);
    // An output that was asked for by its name is another thing than an input of the same name.
    const id = input.undeclared === true ? `${name} ` : name;
    this.#asked.add(id);
    const known = this.#values.get(id);
    if (known !== undefined) return { value: known, type: jsonTypeOf(known), sensitive: input.sensitive, waitedMs: 0 };
    const { source, background = false, wait = true, ends = wait, timeoutMs, signal } = request;
    const startMs = performance.now();
    try {
      const result = await this.#awaiter.await({
        role: this.#role.name,
        input,
        background,
        wait,
        signal,
        ...(source === undefined ? {} : { source }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        run: this.#run,
        directory: this.#context.directory,
        local: request.compiling === true ? (output) => this.#settled(output, input.path, source) : this.#context.local,
        written: this.#context.written,
      });
      if (input.sensitive) this.#masker.add(result.value);
      // Two threads may have waited for the same input: the first value stands for the whole run.
      const value = this.#values.get(id) ?? result.value;
      if (result.absence !== undefined && !this.#values.has(id)) this.#defaulted.add(name);
      if (!readsLocal(input)) this.#values.set(id, value);
      Object.assign(this.#revisions, result.revisions, this.#groupRead(input));
      this.#events.emit({
        type: 'received',
        role: this.#role.name,
        input: name,
        waitedMs: Math.round(result.waitedMs),
        ...(result.absence === undefined ? {} : { absence: maskError(result.absence, this.#masker) }),
      });
      return { value, type: jsonTypeOf(value), sensitive: input.sensitive, waitedMs: Math.round(result.waitedMs) };
    } catch (thrown) {
      const error = toHeddleError(thrown);
      // A look that finds nothing yet is followed by a read that waits.
      const isFinal = wait || (ends && error.code !== 'missing-value');
      // Of an output that nobody declares this is an answer: the tool has no such attribute then.
      const isAnswer = input.found === true && error.code === 'never-written';
      if (!background && isFinal && !isAnswer && !signal.aborted) this.#failure ??= error;
      throw error;
    } finally {
      if (!background) this.#blockedMs += performance.now() - startMs;
    }
  }

  /** Whoever looks up a member of a group by its name was told how many there are. */
  #groupRead({ undeclared, path: [node = ''] }: ReadInput): Readonly<Record<string, string>> {
    const peer = undeclared === true ? findPeer(this.#context.slice, node) : undefined;
    return peer === undefined || peer.count === null ? {} : { [groupRevision(peer.name)]: String(peer.count) };
  }

  #settled(output: string, path: readonly string[], source: string | undefined): Json {
    const value = this.#context.settled(output);
    if (value !== undefined) return value;
    const { slice, adviseTooEarly } = this.#context;
    throw tooEarlyError(slice.node.name, this.#role, { path, output, source, advice: adviseTooEarly?.(path) });
  }

  #input({ what, source }: ReadRequest): ReadInput {
    if ('path' in what) return this.#declared(what.path);
    try {
      const input = peerInput(this.#context.slice, this.#role, what, source);
      // Whoever got a value by its name has read the inputs that hold it.
      for (const { path } of inputsReading(this.#role, what)) this.#asked.add(formatPath(path));
      return input;
    } catch (thrown) {
      this.#failure ??= toHeddleError(thrown);
      throw thrown;
    }
  }

  #declared(path: readonly string[]): PlanInput {
    const wanted = path.join('\0');
    const input = this.#role.inputs.find((candidate) => candidate.path.join('\0') === wanted);
    if (input !== undefined) return input;
    const names = this.#role.inputs.map((candidate) => formatPath(candidate.path));
    throw new HeddleError(
      'not-declared',
      `role ${this.#role.name} of ${this.#context.slice.node.name} declares no input ${formatPath(path)}`,
      {
        next: [
          names.length === 0
            ? 'declare it under "inputs:" of the role, then run heddle up again'
            : `its inputs are: ${names.join(', ')}`,
        ],
      },
    );
  }
}

/** An input that shows the role's own output follows that output, so it is never kept. */
export function readsLocal(input: PlanInput): boolean {
  return JSON.stringify(input.expression).includes('"kind":"local"');
}
