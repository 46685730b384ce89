const idBytes = 16;
const pool = Buffer.alloc(256 * idBytes);
let used = pool.length;

/** Make an id that no other process makes: 128 random bits in hexadecimal. */
export function randomId(): string {
  // For 256 ids at once: a call for a few random bytes costs as much as one for many, and every write needs ids.
  if (used === pool.length) {
    globalThis.crypto.getRandomValues(pool);
    used = 0;
  }
  used += idBytes;
  return pool.toString('hex', used - idBytes, used);
}
