import {
  checkKey,
  checkValue,
  HeddleError,
  type PreparedWrite,
  type PutResult,
  prepareWrite,
  type Store,
  type StoreCapabilities,
} from '@heddle/core';
import type { Connection } from './client/connection.ts';
import type { Answer } from './client/pending.ts';
import { MAX_HEAD_BYTES } from './limits.ts';

const NO_VALUE = new Uint8Array();

/** Put the store contract on top of a connection: check what goes in, shape what comes out. */
export function createStore(connection: Connection, capabilities: StoreCapabilities): Store {
  return {
    capabilities,
    async put(key, value, options) {
      const write = checkHead(prepareWrite(key, options, capabilities));
      checkValue(key, value, capabilities);
      // A copy, because the caller may change its bytes while the write is waiting.
      const body = { ...write, type: 'put', value: new Uint8Array(value) } as const;
      return putResult(await connection.request({ ...body, liveness: options.liveness ?? false }, options));
    },
    async get(key, options = {}) {
      checkKey(key);
      const answer = await connection.request({ type: 'get', key: [...key] }, options);
      if (answer.kind !== 'entries') throw unforeseen(answer);
      return answer.entries[0];
    },
    async delete(key, options) {
      const write = checkHead(prepareWrite(key, options, capabilities));
      const body = { ...write, type: 'delete', value: NO_VALUE, liveness: false } as const;
      return putResult(await connection.request(body, options));
    },
    async list(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      const answer = await connection.request({ type: 'list', key: [...prefix] }, options);
      if (answer.kind !== 'entries') throw unforeseen(answer);
      return answer.entries;
    },
    watch(prefix, handler, options = {}) {
      checkKey(prefix, options.below === false ? 'key' : 'prefix');
      return connection.watch(prefix, handler, options);
    },
    close: () => connection.close(),
  };
}

/** Three guards always fit; more of them may have keys so long that the frame's head does not. */
function checkHead(write: PreparedWrite): PreparedWrite {
  const { key, guards } = write;
  if (guards.length <= 3 || Buffer.byteLength(JSON.stringify([key, guards])) <= MAX_HEAD_BYTES) return write;
  throw new HeddleError('too-large', `store write of ${key.join('/')}: the keys of its guards are too long`);
}

function putResult(answer: Answer): PutResult {
  if (answer.kind === 'written') return { ok: true, rev: answer.rev };
  if (answer.kind === 'lost') return { ok: false, current: answer.current };
  throw unforeseen(answer);
}

function unforeseen(answer: Answer): HeddleError {
  return new HeddleError('unexpected', `the store's server gave an answer of the wrong kind: ${answer.kind}`);
}
