import {
  type Entry,
  type ErrorDetails,
  errorFromData,
  HeddleError,
  type OperationOptions,
  toHeddleError,
} from '@heddle/core';
import type { ClientMessage, ReplyMessage, WriteMessage } from '../wire/messages.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
/** What Node's timers can count to; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MAX_PENDING = 16_384;
const MAX_PENDING_BYTES = 128 * 1_048_576;

/** A request without its id. */
export type RequestBody =
  | { readonly type: 'get' | 'list'; readonly key: readonly string[] }
  | Omit<WriteMessage, 'id' | 'again'>
  | { readonly type: 'end' };

/** The end of a request. */
export type Answer =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'written'; readonly rev: string }
  | { readonly kind: 'lost'; readonly current: Entry | undefined }
  | { readonly kind: 'ended' };

/** The requests that have no answer yet. */
export interface PendingRequests {
  /** Add a request and send it through `send`; its clock starts now. */
  add(body: RequestBody, options: OperationOptions, sequence: number): Promise<Answer>;
  /** Take a server's reply; one that nobody waits for any more is dropped. */
  settle(reply: ReplyMessage): void;
  /** Send everything again, in the order in which it was asked for. */
  sendAll(sequence: number): void;
  /** Fail the requests that `which` selects; answers how many these were. */
  fail(error: HeddleError, which?: (body: RequestBody, isSent: boolean) => boolean): number;
}

interface Row {
  readonly body: RequestBody;
  /** The sequence that was known when it was first sent; undefined when it was not. */
  firstSent: number | undefined;
  parts: Entry[];
  readonly finish: (outcome: Answer | HeddleError) => void;
}

/**
 * Create the table of requests; bounded, a request over the bound fails with `unavailable`.
 *
 * @param send  Sends a message when there is a link, and tells whether there was one.
 * @param problem  Why there is no link, for messages; undefined when there is one.
 */
export function createPendingRequests(
  send: (message: ClientMessage) => boolean,
  problem: () => unknown,
): PendingRequests {
  const rows = new Map<number, Row>();
  let lastId = 0;
  let bytes = 0;

  const sendRow = (id: number, row: Row, sequence: number): void => {
    row.parts = [];
    const again = row.firstSent === undefined || !isWrite(row.body) ? {} : { again: row.firstSent };
    if (send({ ...row.body, ...again, id })) row.firstSent ??= sequence;
  };

  return {
    add(body, options, sequence) {
      const size = isWrite(body) ? body.value.byteLength : 0;
      if (rows.size >= MAX_PENDING || (bytes > 0 && bytes + size > MAX_PENDING_BYTES)) {
        return Promise.reject(
          new HeddleError('unavailable', `${nameOf(body)}: too many operations are waiting for the store`),
        );
      }
      return new Promise((resolve, reject) => {
        const { signal } = options;
        const timeoutMs = Math.min(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMER_MS);
        lastId += 1;
        const id = lastId;
        const onTimeout = (): void => row.finish(timedOut(row, timeoutMs, problem()));
        const timer = setTimeout(onTimeout, timeoutMs);
        const onAbort = (): void => row.finish(cancelled(row, signal?.reason));
        const row: Row = {
          body,
          firstSent: undefined,
          parts: [],
          finish(outcome) {
            if (!rows.delete(id)) return;
            bytes -= size;
            clearTimeout(timer);
            signal?.removeEventListener('abort', onAbort);
            if (outcome instanceof HeddleError) reject(outcome);
            else resolve(outcome);
          },
        };
        rows.set(id, row);
        bytes += size;
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort, { once: true });
        sendRow(id, row, sequence);
      });
    },
    settle(reply) {
      const row = rows.get(reply.id);
      if (!row) return;
      if (reply.type === 'entries') row.parts.push(...reply.entries.map(copyEntry));
      if (reply.type === 'entries' && !reply.last) return;
      row.finish(outcomeOf(reply, row));
    },
    sendAll(sequence) {
      for (const [id, row] of rows) sendRow(id, row, sequence);
    },
    fail(error, which = () => true) {
      const failing = [...rows.values()].filter((row) => which(row.body, row.firstSent !== undefined));
      for (const row of failing) row.finish(error);
      return failing.length;
    },
  };
}

/** Copy an entry out of the wire's or the engine's buffers, with nothing but the contract's fields. */
export function copyEntry(entry: Entry): Entry {
  return { key: [...entry.key], value: new Uint8Array(entry.value), rev: entry.rev };
}

function outcomeOf(reply: ReplyMessage, row: Row): Answer | HeddleError {
  switch (reply.type) {
    case 'entries':
      return { kind: 'entries', entries: row.parts };
    case 'written':
      return { kind: 'written', rev: reply.rev };
    case 'lost':
      return { kind: 'lost', current: reply.entries[0] && copyEntry(reply.entries[0]) };
    case 'ended':
      return { kind: 'ended' };
    case 'error':
      return errorFromData(reply.error);
  }
}

function timedOut(row: Row, timeoutMs: number, problem: unknown): HeddleError {
  const why = problem === undefined ? '' : `: ${toHeddleError(problem).message}`;
  const text = `${nameOf(row.body)}: no answer within ${timeoutMs} ms${why}`;
  return isUnsettled(row)
    ? ambiguous(row, text, problem)
    : new HeddleError('unavailable', text, { ...detailsOf(row), cause: problem });
}

function cancelled(row: Row, reason: unknown): HeddleError {
  const text = `${nameOf(row.body)}: cancelled by the caller`;
  return isUnsettled(row)
    ? ambiguous(row, text, reason)
    : new HeddleError('interrupted', text, { ...detailsOf(row), cause: reason });
}

function ambiguous(row: Row, text: string, cause: unknown): HeddleError {
  return new HeddleError('ambiguous', `${text}; it was sent, and whether it happened is unknown`, {
    ...detailsOf(row),
    cause,
  });
}

function isUnsettled(row: Row): boolean {
  return isWrite(row.body) && row.firstSent !== undefined;
}

function detailsOf(row: Row): { readonly details?: ErrorDetails } {
  return 'key' in row.body ? { details: { key: row.body.key } } : {};
}

function isWrite(body: RequestBody): body is Omit<WriteMessage, 'id' | 'again'> {
  return body.type === 'put' || body.type === 'delete';
}

function nameOf(body: RequestBody): string {
  return 'key' in body ? `store ${body.type} of ${body.key.join('/')}` : `store ${body.type}`;
}
