import { createHash } from 'node:crypto';
import { joinWords } from '../../text/did-you-mean.ts';
import type { Json } from '../../values/json.ts';
import { listOf, refusal } from './refusal.ts';

/** Names that Python takes in capitals, too; OpenSSL has them as they are. */
const anyCase = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sm3', 'md5-sha1', 'ripemd160'] as const;

/** Names of Python, and those of OpenSSL. */
const algorithms: ReadonlyMap<string, string> = new Map([
  ...anyCase.map((name) => [name, name] as const),
  ['blake2b', 'blake2b512'],
  ['blake2s', 'blake2s256'],
  ['sha3_224', 'sha3-224'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
  ['sha3_512', 'sha3-512'],
  ['sha512_224', 'sha512-224'],
  ['sha512_256', 'sha512-256'],
]);

/** Tell whether a text is the name of an algorithm that `digest` takes. */
export function isDigestAlgorithm(text: string): boolean {
  return nameInOpenSsl(text) !== undefined;
}

/** The digest of a text in hexadecimal: `[algorithm, text]`; characters beyond Latin-1 are refused, as in Heat. */
export function digest(argument: Json): string {
  const [algorithm, text, ...others] = listOf('digest', argument);
  if (typeof algorithm !== 'string' || typeof text !== 'string' || others.length > 0) {
    throw refusal('digest', 'it takes two texts: [algorithm, text]');
  }
  const name = nameInOpenSsl(algorithm);
  if (name === undefined) {
    throw refusal('digest', `the first argument is no algorithm: there are ${joinWords([...algorithms.keys()])}`);
  }
  if (/[\u0100-\uffff]/.test(text)) throw refusal('digest', 'the text has characters beyond Latin-1');
  return createHash(name).update(text, 'latin1').digest('hex');
}

function nameInOpenSsl(algorithm: string): string | undefined {
  return algorithms.get(algorithm) ?? anyCase.find((known) => known === algorithm.toLowerCase());
}
