import type { Server } from '../../model/role.ts';
import type { TemplateSource } from '../../read/source.ts';

/** Bytes of user data that Nova takes: 65,535 of base64. */
const mostUserDataBytes = 49_149;
const manyUserDataBytes = 40_000;

/**
 * Check the size of a server's user data.
 *
 * @param sizeBytes  Without what functions in it will give, which is not known here: a lower bound.
 * @returns The warnings; E_SIZE is reported.
 */
export function checkUserDataSize(
  { resource, at, node }: Server,
  sizeBytes: number,
  source: TemplateSource,
): readonly string[] {
  if (sizeBytes <= manyUserDataBytes) return [];
  const text = `the user data of "${resource}" has at least ${sizeBytes} bytes, and Nova takes ${mostUserDataBytes}: give long values of ${node} as files of the content`;
  if (sizeBytes <= mostUserDataBytes) return [source.warning(at, 'W_SIZE', text)];
  source.report(at, 'E_SIZE', text);
  return [];
}
