import type { ReadFile } from '../classify/check-nested.ts';
import { type Data, entryOf, isDataList } from '../read/data.ts';
import type { AttachedUserData } from './attach-user-data.ts';
import { knownText } from './known-text.ts';
import type { OwnUserData } from './own-user-data.ts';

/** Bytes of user data that Nova takes: 65,535 of base64. */
export const mostUserDataBytes = 49_149;
/** Bytes from which on a warning says that little is left. */
export const manyUserDataBytes = 40_000;

/** Bytes of the headers that Heat writes for each part, and around all of them. */
const partHeaderBytes = 130;

/** Give the bytes that a server's user data has at least: what functions in it will give is not known here. */
export function leastUserDataBytes(
  { properties, archive }: AttachedUserData,
  own: OwnUserData,
  readFile: ReadFile | undefined,
): number {
  if (archive === undefined) return Buffer.byteLength(knownText(properties['user_data'] ?? '', readFile));
  const written = entryOf(archive['properties'], 'parts');
  const parts = isDataList(written) ? written : [];
  // A part whose text is that of another resource has only its id here.
  const texts = parts.map((part, index): Data => own.parts[index]?.text?.data ?? entryOf(part, 'config') ?? '');
  return texts.reduce<number>((sum, text) => sum + partBytes(knownText(text, readFile)) + partHeaderBytes, 0);
}

/** Heat writes a part that is not ASCII as base64. */
function partBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? bytes : Math.ceil(bytes / 3) * 4;
}
