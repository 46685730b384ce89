import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The log file: a header of 32 bytes, then frames.
 *
 * Header: "heddle-log" and two zero bytes, format version, 12 random bytes, CRC-32 of all before it.
 * Frame: mark, length of the payload, CRC-32 of length and payload, payload. All numbers are 4 bytes, big-endian.
 * The checksums of the frames start from the header's random bytes, so that bytes of another log are never taken for a frame.
 */
export const HEADER_BYTES = 32;
export const FRAME_BYTES = 12;
const FORMAT_VERSION = 1;
const MAGIC = Buffer.from('heddle-log\0\0', 'latin1');
const MARK = Buffer.from([0xf5, 0x48, 0x64, 0x6c]);

export type Header = { readonly seed: number } | { readonly problem: string };
export type Frame = { readonly payload: Buffer; readonly end: number };

/** Make the header of a new log. */
export function createHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(FORMAT_VERSION, 12);
  randomBytes(12).copy(header, 16);
  header.writeUInt32BE(crc32(header.subarray(0, 28)), 28);
  return header;
}

/** Read a header: the seed of its frames' checksums, or what is wrong with it. */
export function readHeader(file: Buffer): Header {
  if (file.length < HEADER_BYTES) return { problem: 'the file is shorter than its header' };
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return { problem: 'the file does not start as a store log does' };
  if (crc32(file.subarray(0, 28)) !== file.readUInt32BE(28)) return { problem: 'the checksum of the header is wrong' };
  const version = file.readUInt32BE(12);
  if (version !== FORMAT_VERSION) return { problem: `format version ${version} is not ${FORMAT_VERSION}` };
  return { seed: seedOf(file) };
}

/** The start value of the frames' checksums in a log with this header. */
export function seedOf(header: Buffer): number {
  return crc32(header.subarray(16, 28));
}

/** Make one frame. */
export function encodeLogFrame(payload: Buffer, seed: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_BYTES + payload.length);
  MARK.copy(frame);
  frame.writeUInt32BE(payload.length, 4);
  frame.writeUInt32BE(checksum(frame.subarray(4, 8), payload, seed), 8);
  payload.copy(frame, FRAME_BYTES);
  return frame;
}

/** Read the frame at `offset`; undefined when there is no whole and unharmed one. */
export function readFrame(file: Buffer, offset: number, seed: number): Frame | undefined {
  if (offset + FRAME_BYTES > file.length) return undefined;
  if (!file.subarray(offset, offset + 4).equals(MARK)) return undefined;
  const end = offset + FRAME_BYTES + file.readUInt32BE(offset + 4);
  if (end > file.length) return undefined;
  const payload = file.subarray(offset + FRAME_BYTES, end);
  const expected = file.readUInt32BE(offset + 8);
  return checksum(file.subarray(offset + 4, offset + 8), payload, seed) === expected ? { payload, end } : undefined;
}

/** Find the first unharmed frame after `offset`; undefined when everything from there on is unreadable. */
export function findFrameAfter(file: Buffer, offset: number, seed: number): number | undefined {
  for (let at = file.indexOf(MARK, offset + 1); at !== -1; at = file.indexOf(MARK, at + 1)) {
    if (readFrame(file, at, seed)) return at;
  }
  return undefined;
}

function checksum(length: Buffer, payload: Buffer, seed: number): number {
  return crc32(payload, crc32(length, seed));
}
