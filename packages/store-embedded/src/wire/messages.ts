import type { Entry, ErrorData, Expect, Guard, Key } from '@heddle/core';
import type { Parts } from './frames.ts';

/** Spoken by both sides; another version is refused in the hello. */
export const PROTOCOL_VERSION = 1;

/** A write as it travels. */
export interface WriteMessage {
  readonly type: 'put' | 'delete';
  readonly id: number;
  readonly key: Key;
  readonly value: Uint8Array;
  readonly expect: Expect;
  readonly guards: readonly Guard[];
  readonly writeId: string;
  readonly liveness: boolean;
  /** Set when the write may have been sent before: the store's sequence that the client knew at the first sending. */
  readonly again?: number;
}

export interface HelloMessage {
  readonly type: 'hello';
  readonly protocol: number;
  /** The session to go on with, when there is one. */
  readonly session?: string;
  /** Milliseconds without a sign of the client until its session ends. */
  readonly timeoutMs: number;
}

/** What a client says. `watch`, `unwatch` and the events of a watch share the id that the client gave. */
export type ClientMessage =
  | HelloMessage
  | WriteMessage
  | { readonly type: 'ping' }
  | { readonly type: 'get'; readonly id: number; readonly key: Key }
  | { readonly type: 'list'; readonly id: number; readonly key: Key }
  | { readonly type: 'watch'; readonly id: number; readonly key: Key }
  | { readonly type: 'unwatch'; readonly id: number }
  | { readonly type: 'end'; readonly id: number };

/** An answer to the request with the same id. */
export type ReplyMessage =
  | { readonly type: 'entries'; readonly id: number; readonly entries: readonly Entry[]; readonly last: boolean }
  | { readonly type: 'written'; readonly id: number; readonly rev: string; readonly sequence: number }
  | { readonly type: 'lost'; readonly id: number; readonly entries: readonly Entry[] }
  | { readonly type: 'ended'; readonly id: number }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorData };

/** What a watch tells. */
export type EventMessage =
  | { readonly type: 'state'; readonly id: number; readonly entries: readonly Entry[] }
  | { readonly type: 'gone'; readonly id: number; readonly key: Key }
  | { readonly type: 'synced'; readonly id: number };

export interface WelcomeMessage {
  readonly type: 'welcome';
  readonly session: string;
  /** True when the session of the hello goes on. */
  readonly resumed: boolean;
  readonly sequence: number;
}

/** What a server says. */
export type ServerMessage =
  | WelcomeMessage
  | ReplyMessage
  | EventMessage
  | { readonly type: 'refused'; readonly error: ErrorData }
  | { readonly type: 'pong'; readonly sequence: number };

/** Split a message into the JSON head and the values that follow it. */
export function messageToParts(message: ClientMessage | ServerMessage): Parts {
  if ('entries' in message) {
    const { entries, ...head } = message;
    const names = entries.map((entry) => [entry.key, entry.rev]);
    return { head: { ...head, names }, values: entries.map((entry) => entry.value) };
  }
  if ('value' in message) {
    const { value, ...head } = message;
    return { head, values: [value] };
  }
  return { head: { ...message }, values: [] };
}

/** Put a server's message together again; the client trusts its shape once the hello has matched. */
export function partsToServerMessage(parts: Parts): ServerMessage {
  const { names, ...head } = parts.head;
  if (!Array.isArray(names)) return head as unknown as ServerMessage;
  const entries = (names as readonly [Key, string][]).map(([key, rev], index): Entry => {
    return { key, rev, value: parts.values[index] ?? new Uint8Array() };
  });
  return { ...head, entries } as unknown as ServerMessage;
}
