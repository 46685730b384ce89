import type { StoreCapabilities } from '@heddle/core';

/** The largest value in bytes; a request of more than 1 MiB ends the connection, and paths and the record's head need room. */
export const MAX_VALUE_BYTES = 900_000;

/** The largest request in bytes, below the 1,048,575 that a server takes by default (jute.maxbuffer). */
export const MAX_REQUEST_BYTES = 1_040_000;

/** What one operation of a transaction needs beside its path and data, at most. */
export const OPERATION_OVERHEAD_BYTES = 120;

/** The largest number of operations in one atomic step: a write and its guards. */
export const MAX_BATCH = 64;

/** What the store can do. */
export function capabilitiesOf({
  acl,
  tls,
  loopback,
}: Pick<StoreCapabilities, 'acl' | 'tls' | 'loopback'>): StoreCapabilities {
  return {
    distributed: true,
    linearizable: true,
    durable: true,
    acl,
    tls,
    loopback: loopback === true,
    maxValueBytes: MAX_VALUE_BYTES,
    maxBatch: MAX_BATCH,
  };
}
