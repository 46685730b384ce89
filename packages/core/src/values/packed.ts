import { gunzipSync, gzipSync } from 'node:zlib';
import { HeddleError } from '../errors/heddle-error.ts';
import type { Envelope } from './envelope.ts';
import type { Json } from './json.ts';

/** A value as it stands in a record: as it is, or the gzip of its JSON in base64. */
export type Packed = { readonly value: Json } | { readonly gzip: string };

/** An envelope as it stands in the store. */
export type PackedEnvelope = Omit<Envelope, 'value'> & Packed;

/** Below this many bytes of JSON a value is stored as it is: people read records, and little would be saved. */
const smallestPackedBytes = 4096;
/** No value is longer than this, in bytes of JSON, as no tool can report more at once: a few kilobytes of gzip may hold gigabytes. */
const mostBytes = 16_777_216;

/** Pack a value when that makes it smaller, and somebody can unpack it. */
export function pack(value: Json): Packed {
  const json = Buffer.from(JSON.stringify(value));
  if (json.byteLength < smallestPackedBytes || json.byteLength > mostBytes) return { value };
  const gzip = gzipSync(json).toString('base64');
  return gzip.length < json.byteLength ? { gzip } : { value };
}

/** Give the value that `pack` was given; throws corrupt. */
export function unpack(packed: Packed): Json {
  if (!('gzip' in packed)) return packed.value;
  try {
    return JSON.parse(
      gunzipSync(Buffer.from(packed.gzip, 'base64'), { maxOutputLength: mostBytes }).toString(),
    ) as Json;
  } catch (cause) {
    throw new HeddleError('corrupt', 'a stored value cannot be unpacked', { cause });
  }
}

/**
 * Write an envelope for the store.
 *
 * @param packed  Its value, where it has been packed already.
 */
export function packEnvelope({ value, ...rest }: Envelope, packed: Packed = pack(value)): PackedEnvelope {
  return { ...packed, ...rest };
}

/** Read an envelope from the store; throws corrupt. */
export function unpackEnvelope(stored: PackedEnvelope): Envelope {
  if (!('gzip' in stored)) return stored;
  const { gzip, ...rest } = stored;
  return { value: unpack({ gzip }), ...rest };
}
