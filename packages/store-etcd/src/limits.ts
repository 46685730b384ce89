/** The largest value in bytes; a server refuses requests above 1.5 MiB unless it is told otherwise, and keys and guards need room too. */
export const MAX_VALUE_BYTES = 1_048_576;

/** The largest number of operations in one atomic step: a write and its guards. A server takes 128 unless it is told otherwise. */
export const MAX_BATCH = 100;

/** Entries that are asked for in one message of a listing. */
export const PAGE_ENTRIES = 100;

/** The largest message from a server in bytes: one page of the largest entries. */
export const MAX_MESSAGE_BYTES = 134_217_728;
