import { randomUUID } from 'node:crypto';
import {
  type Guard,
  HeddleError,
  type Key,
  type PutOptions,
  type PutResult,
  type Store,
  type StoreCapabilities,
  type WriteOptions,
} from '@heddle/core';
import type { Connection } from './client/connection.ts';
import type { Answer } from './client/pending.ts';
import { checkKey } from './key.ts';
import { MAX_HEAD_BYTES, MAX_VALUE_BYTES, MAX_WRITE_ID } from './limits.ts';

const NO_VALUE = new Uint8Array();

/** Put the store contract on top of a connection: check what goes in, shape what comes out. */
export function createStore(connection: Connection, capabilities: StoreCapabilities): Store {
  return {
    capabilities,
    async put(key, value, options) {
      checkWrite(key, options, capabilities);
      if (value.byteLength > MAX_VALUE_BYTES) throw tooLarge(key, value.byteLength);
      // A copy, because the caller may change its bytes while the write is waiting.
      const body = { ...writeBody(key, options), type: 'put', value: new Uint8Array(value) } as const;
      return putResult(await connection.request({ ...body, liveness: options.liveness ?? false }, options));
    },
    async get(key, options = {}) {
      checkKey(key);
      const answer = await connection.request({ type: 'get', key: [...key] }, options);
      if (answer.kind !== 'entries') throw unforeseen(answer);
      return answer.entries[0];
    },
    async delete(key, options) {
      checkWrite(key, options, capabilities);
      const body = { ...writeBody(key, options), type: 'delete', value: NO_VALUE, liveness: false } as const;
      return putResult(await connection.request(body, options));
    },
    async list(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      const answer = await connection.request({ type: 'list', key: [...prefix] }, options);
      if (answer.kind !== 'entries') throw unforeseen(answer);
      return answer.entries;
    },
    watch(prefix, handler) {
      checkKey(prefix, 'prefix');
      return connection.watch(prefix, handler);
    },
    close: () => connection.close(),
  };
}

function writeBody(key: Key, options: WriteOptions) {
  const guards = (options.guards ?? []).map((guard): Guard => ({ key: [...guard.key], rev: guard.rev }));
  return { key: [...key], expect: options.expect, guards, writeId: options.writeId ?? randomUUID() };
}

function checkWrite(key: Key, options: WriteOptions | PutOptions, { maxBatch }: StoreCapabilities): void {
  checkKey(key);
  for (const guard of options.guards ?? []) checkKey(guard.key);
  if ((options.guards?.length ?? 0) >= maxBatch) {
    throw new HeddleError('too-large', `store write of ${key.join('/')}: more than ${maxBatch - 1} guards`);
  }
  // Three guards always fit; more of them may have keys so long that the frame's head does not.
  if ((options.guards?.length ?? 0) > 3 && Buffer.byteLength(JSON.stringify([key, options.guards])) > MAX_HEAD_BYTES) {
    throw new HeddleError('too-large', `store write of ${key.join('/')}: the keys of its guards are too long`);
  }
  if ((options.writeId?.length ?? 0) > MAX_WRITE_ID) {
    throw new HeddleError(
      'too-large',
      `store write of ${key.join('/')}: the write id has more than ${MAX_WRITE_ID} characters`,
    );
  }
}

function putResult(answer: Answer): PutResult {
  if (answer.kind === 'written') return { ok: true, rev: answer.rev };
  if (answer.kind === 'lost') return { ok: false, current: answer.current };
  throw unforeseen(answer);
}

function tooLarge(key: Key, sizeBytes: number): HeddleError {
  const text = `store put of ${key.join('/')}: ${sizeBytes} bytes, at most ${MAX_VALUE_BYTES} are taken`;
  return new HeddleError('too-large', text, { details: { key, sizeBytes, maxValueBytes: MAX_VALUE_BYTES } });
}

function unforeseen(answer: Answer): HeddleError {
  return new HeddleError('unexpected', `the store's server gave an answer of the wrong kind: ${answer.kind}`);
}
