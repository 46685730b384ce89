import {
  checkRoom,
  type Entry,
  errorFromData,
  HeddleError,
  type OperationName,
  type OperationOptions,
  operationAmbiguous,
  operationCancelled,
  operationName,
  operationTimedOut,
  operationTimeoutMs,
} from '@heddle/core';
import type { ClientMessage, ReplyMessage, WriteMessage } from '../wire/messages.ts';

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
    async add(body, options, sequence) {
      const size = isWrite(body) ? body.value.byteLength : 0;
      checkRoom(nameOf(body).name, size, { count: rows.size, sizeBytes: bytes });
      return new Promise((resolve, reject) => {
        const { signal } = options;
        const timeoutMs = operationTimeoutMs(options);
        lastId += 1;
        const id = lastId;
        const onTimeout = (): void => row.finish(early(row, operationTimedOut(nameOf(body), timeoutMs, problem())));
        const timer = setTimeout(onTimeout, timeoutMs);
        const onAbort = (): void => row.finish(early(row, operationCancelled(nameOf(body), signal?.reason)));
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

/** What ended a request before its answer came; of a write that was sent nobody knows whether it happened. */
function early({ body, firstSent }: Row, error: HeddleError): HeddleError {
  return isWrite(body) && firstSent !== undefined ? operationAmbiguous(nameOf(body), error) : error;
}

function isWrite(body: RequestBody): body is Omit<WriteMessage, 'id' | 'again'> {
  return body.type === 'put' || body.type === 'delete';
}

function nameOf(body: RequestBody): OperationName {
  return 'key' in body ? operationName(body.type, body.key) : { name: `store ${body.type}`, key: [] };
}
