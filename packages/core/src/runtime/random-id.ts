/** Make an id that no other process makes: 128 random bits in hexadecimal. */
export function randomId(): string {
  return globalThis.crypto.randomUUID().replaceAll('-', '');
}
