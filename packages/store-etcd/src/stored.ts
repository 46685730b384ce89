import { HeddleError } from '@heddle/core';

const FORMAT = 1;
const HEAD_BYTES = 2;

/** What is stored below a key. */
export interface Stored {
  /** Who wrote it: recognises a write whose reply was lost. */
  readonly writeId: string;
  readonly value: Uint8Array;
}

/** Write the stored bytes: format 1, the length of the write id, the write id as UTF-8, the value as it is. Copies the value. */
export function encodeStored(writeId: string, value: Uint8Array): Buffer {
  const id = Buffer.from(writeId);
  return Buffer.concat([Buffer.of(FORMAT, id.byteLength), id, value]);
}

/**
 * Read stored bytes; the value is a copy.
 *
 * @param name  The key, for the message.
 * @throws corrupt when something else than a store of Heddle wrote them.
 */
export function decodeStored(bytes: Uint8Array, name: string): Stored {
  const idBytes = bytes[1];
  if (bytes[0] !== FORMAT || idBytes === undefined || bytes.byteLength < HEAD_BYTES + idBytes) {
    throw new HeddleError('corrupt', `the etcd key ${name} was not written by Heddle`, {
      next: ['give Heddle a root of its own: etcd://HOST:PORT/ROOT'],
    });
  }
  const end = HEAD_BYTES + idBytes;
  return { writeId: Buffer.from(bytes.subarray(HEAD_BYTES, end)).toString(), value: new Uint8Array(bytes.slice(end)) };
}
