import { applied, isOpen, type RegisterOperation, type Version } from './history.ts';

/** Why a history is not linearizable. */
export interface Violation {
  /** The longest order of operations that agrees with the register. */
  readonly longest: readonly RegisterOperation[];
  /** An operation that had its answer before any operation could follow that order, and cannot follow it itself. */
  readonly stuckAt: RegisterOperation;
}

/** A place in the list of events, which operations are taken out of and put back into. */
interface Place {
  next: Event | undefined;
}

interface Event extends Place {
  readonly index: number;
  readonly operation: RegisterOperation;
  readonly isCall: boolean;
  /** The answer to a call; undefined while the operation is open. */
  readonly answer: Event | undefined;
  previous: Place;
}

/**
 * Decide whether the history of one register is linearizable: whether each operation can be given one moment between its call and its
 * answer such that a register that starts absent, and does them one after the other, answers the same.
 *
 * Exact, not a sample. The search is that of Wing and Gong, "Testing and verifying concurrent objects" (1993), with the memory of
 * visited configurations of Lowe, "Testing for linearizability" (2017), as Porcupine has it. Its time grows with the number of
 * operations that are under way at once; histories of up to 500 operations are what it is meant for.
 * @returns undefined when it is.
 */
export function checkRegister(history: readonly RegisterOperation[]): Violation | undefined {
  const relevant = withoutUnseen(history);
  const head = link(relevant);
  const done = new Bits(relevant.length);
  const visited = new Set<string>();
  const path: { readonly event: Event; readonly before: Version }[] = [];
  let missing = relevant.filter((operation) => !isOpen(operation)).length;
  let state: Version;
  let violation: Violation | undefined;
  let event = head.next;
  while (missing > 0) {
    if (event?.isCall === true) {
      const effect = applied(state, event.operation.action);
      if (effect && isNew(visited, done, event.index, effect.next)) {
        path.push({ event, before: state });
        state = effect.next;
        done.flip(event.index);
        takeOut(event);
        if (event.answer) missing -= 1;
        event = head.next;
      } else event = event.next;
      continue;
    }
    // Only an answer ends the search for the next operation: while one is missing, there is one.
    if (event && path.length >= (violation?.longest.length ?? 0)) {
      violation = { longest: path.map((step) => step.event.operation), stuckAt: event.operation };
    }
    const last = path.pop();
    if (!last) return violation;
    state = last.before;
    done.flip(last.event.index);
    putBack(last.event);
    if (last.event.answer) missing += 1;
    event = last.event.next;
  }
  return undefined;
}

/** An open put that nobody has seen needs no place in an order: at its end it would change nothing that anybody was told. */
function withoutUnseen(history: readonly RegisterOperation[]): RegisterOperation[] {
  const seen = new Set<Version>();
  for (const { action } of history) {
    if (action.kind === 'get') seen.add(action.found);
    else {
      seen.add(action.expects);
      if (action.end.kind === 'lost') seen.add(action.end.found);
    }
  }
  return history.filter(
    (operation) => !isOpen(operation) || operation.action.kind !== 'put' || seen.has(operation.action.writes),
  );
}

/** Link calls and answers in their order; answers the place before the first. */
function link(history: readonly RegisterOperation[]): Place {
  const head: Place = { next: undefined };
  const events: { readonly at: number; readonly event: Event }[] = [];
  for (const [index, operation] of history.entries()) {
    const unlinked = { index, operation, answer: undefined, previous: head, next: undefined };
    const answer: Event | undefined = isOpen(operation) ? undefined : { ...unlinked, isCall: false };
    events.push({ at: operation.calledAt, event: { ...unlinked, isCall: true, answer } });
    if (answer) events.push({ at: operation.endedAt, event: answer });
  }
  let last = head;
  for (const { event } of events.sort((a, b) => a.at - b.at)) {
    last.next = event;
    event.previous = last;
    last = event;
  }
  return head;
}

function takeOut(call: Event): void {
  for (const event of call.answer ? [call, call.answer] : [call]) {
    event.previous.next = event.next;
    if (event.next) event.next.previous = event.previous;
  }
}

/** Undo `takeOut`: in the opposite order each one finds the neighbours that it had. */
function putBack(call: Event): void {
  for (const event of call.answer ? [call.answer, call] : [call]) {
    event.previous.next = event;
    if (event.next) event.next.previous = event;
  }
}

/** Remember a configuration; false when the search has been there. */
function isNew(visited: Set<string>, done: Bits, index: number, state: Version): boolean {
  done.flip(index);
  const name = `${done.text()} ${state === undefined ? '' : `=${state}`}`;
  done.flip(index);
  const before = visited.size;
  return visited.add(name).size > before;
}

/** A set of small numbers with a text that stands for it. */
class Bits {
  readonly #words: Uint16Array;

  constructor(length: number) {
    this.#words = new Uint16Array(Math.ceil(length / 16));
  }

  flip(index: number): void {
    const word = index >> 4;
    this.#words[word] = (this.#words[word] ?? 0) ^ (1 << (index & 15));
  }

  text(): string {
    return String.fromCharCode(...this.#words);
  }
}
