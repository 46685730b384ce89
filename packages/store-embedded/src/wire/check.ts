import { type Expect, type Guard, type Key, maxWriteIdBytes } from '@heddle/core';
import { MAX_BATCH } from '../limits.ts';
import type { Parts } from './frames.ts';
import type { ClientMessage, HelloMessage, WriteMessage } from './messages.ts';

type Head = Readonly<Record<string, unknown>>;

/**
 * Read a client's message from bytes that anyone may have sent.
 *
 * Only the shape is checked here; whether a key is allowed is answered as an ordinary error.
 * @throws TypeError when it is no message; the connection then has to be closed.
 */
export function partsToClientMessage(parts: Parts): ClientMessage {
  const head = parts.head;
  switch (head['type']) {
    case 'hello':
      return hello(head);
    case 'ping':
      return { type: 'ping' };
    case 'get':
    case 'list':
    case 'watch':
      return { type: head['type'], id: number(head, 'id'), key: key(head['key']) };
    case 'unwatch':
    case 'end':
      return { type: head['type'], id: number(head, 'id') };
    case 'put':
    case 'delete':
      return write(head, head['type'], parts.values[0]);
    default:
      throw new TypeError('a message of an unknown type');
  }
}

function hello(head: Head): HelloMessage {
  const session = head['session'];
  if (session !== undefined && typeof session !== 'string') throw new TypeError('session is not text');
  const base = { type: 'hello', protocol: number(head, 'protocol'), timeoutMs: number(head, 'timeoutMs') } as const;
  return session === undefined ? base : { ...base, session };
}

function write(head: Head, type: 'put' | 'delete', value: Uint8Array | undefined): WriteMessage {
  const guards = head['guards'];
  if (!Array.isArray(guards) || guards.length >= MAX_BATCH) throw new TypeError('guards is not a short list');
  const again = head['again'] === undefined ? {} : { again: number(head, 'again') };
  return {
    type,
    id: number(head, 'id'),
    key: key(head['key']),
    value: value ?? new Uint8Array(),
    expect: expectation(head['expect']),
    guards: guards.map(guard),
    writeId: text(head['writeId'], maxWriteIdBytes),
    liveness: head['liveness'] === true,
    ...again,
  };
}

function expectation(value: unknown): Expect {
  const row = object(value);
  return row['absent'] === true ? { absent: true } : { rev: text(row['rev'], 64) };
}

function guard(value: unknown): Guard {
  const row = object(value);
  return { key: key(row['key']), rev: text(row['rev'], 64) };
}

function key(value: unknown): Key {
  if (!Array.isArray(value) || !value.every((segment) => typeof segment === 'string')) throw new TypeError('not a key');
  return value;
}

function number(head: Head, name: string): number {
  const value = head[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`${name} is no count`);
  return value;
}

function text(value: unknown, longest: number): string {
  if (typeof value !== 'string' || value.length > longest) throw new TypeError('not a text of allowed length');
  return value;
}

function object(value: unknown): Head {
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  return value as Head;
}
