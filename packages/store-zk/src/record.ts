import { HeddleError, type Rev, randomId } from '@heddle/core';

const FORMAT = 1;
const NONCE_BYTES = 16;
const HEAD_BYTES = 1 + 2 * NONCE_BYTES + 2;

/** What the znode of an entry holds. */
export interface StoredRecord {
  /** Made up for every write. */
  readonly rev: Rev;
  /** The revision that this write replaced; undefined when there was no entry. */
  readonly previous: Rev | undefined;
  readonly writeId: string;
  readonly value: Uint8Array;
}

/** Make up a revision: 128 random bits as 22 characters of base64url. */
export function newRev(): Rev {
  return Buffer.from(randomId(), 'hex').toString('base64url');
}

/**
 * Write a record as bytes: format (1 byte, value 1), revision (16), replaced revision (16, zeros for none),
 * length of the write id in bytes (2, big endian), write id as UTF-8, value.
 */
export function encodeStored({ rev, previous, writeId, value }: StoredRecord): Buffer {
  const idBytes = Buffer.byteLength(writeId);
  const stored = Buffer.alloc(HEAD_BYTES + idBytes + value.byteLength);
  stored.writeUInt8(FORMAT, 0);
  stored.write(rev, 1, NONCE_BYTES, 'base64url');
  if (previous !== undefined) stored.write(previous, 1 + NONCE_BYTES, NONCE_BYTES, 'base64url');
  stored.writeUInt16BE(idBytes, HEAD_BYTES - 2);
  stored.write(writeId, HEAD_BYTES);
  stored.set(value, HEAD_BYTES + idBytes);
  return stored;
}

/** Read it back. Throws corrupt when it is nothing that this store has written. */
export function decodeStored(path: string, bytes: Uint8Array): StoredRecord {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const idEnd = buffer.byteLength < HEAD_BYTES ? Infinity : HEAD_BYTES + buffer.readUInt16BE(HEAD_BYTES - 2);
  if (buffer[0] !== FORMAT || idEnd > buffer.byteLength) {
    throw new HeddleError('corrupt', `the znode ${path} holds something that this store has not written`, {
      details: { path },
      next: ['was it written by a newer Heddle, or by another program?'],
    });
  }
  const replaced = buffer.subarray(1 + NONCE_BYTES, 1 + 2 * NONCE_BYTES);
  return {
    rev: buffer.toString('base64url', 1, 1 + NONCE_BYTES),
    previous: replaced.every((byte) => byte === 0) ? undefined : replaced.toString('base64url'),
    writeId: buffer.toString('utf8', HEAD_BYTES, idEnd),
    value: new Uint8Array(buffer.subarray(idEnd)),
  };
}

/** The bytes that a delete leaves behind, so that it is recognised when its answer was lost. */
export function traceOf(rev: Rev): Buffer {
  return Buffer.from(rev, 'base64url');
}
