import type { StoreCapabilities } from '@heddle/core';

/** The largest value in bytes; exactly this many are accepted. */
export const MAX_VALUE_BYTES = 1_048_576;

/** The largest number of operations in one atomic step: a write and its guards. */
export const MAX_BATCH = 64;

/** The largest frame on the wire in bytes: one value, and a head with four keys of the largest size, escaped. */
export const MAX_FRAME_BYTES = 2 * MAX_VALUE_BYTES;

/** The largest keys and guards of one write in bytes, as JSON. */
export const MAX_HEAD_BYTES = 524_288;

/** What the store can do; only `heddle://` off loopback is reachable from other machines. */
export function capabilitiesOf(distributed: boolean): StoreCapabilities {
  return {
    distributed,
    linearizable: true,
    durable: true,
    acl: false,
    tls: false,
    maxValueBytes: MAX_VALUE_BYTES,
    maxBatch: MAX_BATCH,
  };
}
