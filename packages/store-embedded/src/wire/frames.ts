import { MAX_FRAME_BYTES } from '../limits.ts';

/** A JSON head and the binary values that belong to it. */
export interface Parts {
  readonly head: Record<string, unknown>;
  readonly values: readonly Uint8Array[];
}

/**
 * Pack a head and values into one buffer: length of the head (4 bytes, big-endian), the head as JSON, the values.
 *
 * The lengths of the values travel in the head, as `sizes`.
 * @param reserve  Bytes to leave free in front, for the caller's own framing.
 */
export function packParts(parts: Parts, reserve = 0): Buffer {
  const sizes = parts.values.map((value) => value.byteLength);
  const head = Buffer.from(JSON.stringify({ ...parts.head, sizes }));
  const total = reserve + 4 + head.length + sizes.reduce((sum, size) => sum + size, 0);
  const buffer = Buffer.allocUnsafe(total);
  buffer.writeUInt32BE(head.length, reserve);
  let offset = reserve + 4 + head.copy(buffer, reserve + 4);
  for (const value of parts.values) {
    buffer.set(value, offset);
    offset += value.byteLength;
  }
  return buffer;
}

/** Undo `packParts`; the values are copies. Throws SyntaxError or RangeError when the bytes are not that. */
export function unpackParts(payload: Buffer): Parts {
  const headLength = payload.readUInt32BE(0);
  if (4 + headLength > payload.length) throw new RangeError('the head is longer than its frame');
  const head: unknown = JSON.parse(payload.toString('utf8', 4, 4 + headLength));
  if (typeof head !== 'object' || head === null || Array.isArray(head))
    throw new SyntaxError('the head is not an object');
  const { sizes, ...rest } = head as Record<string, unknown>;
  if (!Array.isArray(sizes)) throw new SyntaxError('the head has no sizes');
  const values: Uint8Array[] = [];
  let offset = 4 + headLength;
  for (const size of sizes as readonly unknown[]) {
    if (!Number.isInteger(size) || (size as number) < 0) throw new RangeError('a size is not a length');
    const end = offset + (size as number);
    if (end > payload.length) throw new RangeError('a value is longer than its frame');
    values.push(new Uint8Array(payload.subarray(offset, end)));
    offset = end;
  }
  if (offset !== payload.length) throw new RangeError('bytes are left over in a frame');
  return { head: rest, values };
}

/** Make one frame for the wire: the length of what follows (4 bytes, big-endian), then the packed parts. */
export function encodeFrame(parts: Parts): Buffer {
  const frame = packParts(parts, 4);
  frame.writeUInt32BE(frame.length - 4, 0);
  return frame;
}

/** Cuts a byte stream into frames. */
export interface FrameReader {
  push(chunk: Buffer): void;
  /** The next whole frame, or undefined. Throws RangeError for a frame over the limit, before its bytes are kept. */
  next(): Parts | undefined;
}

/** Create a reader for one direction of one connection. */
export function createFrameReader(): FrameReader {
  let chunks: Buffer[] = [];
  let held = 0;
  const join = (): Buffer => {
    const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks = [whole];
    return whole;
  };
  return {
    push(chunk) {
      chunks.push(chunk);
      held += chunk.length;
    },
    next() {
      if (held < 4) return undefined;
      const first = chunks[0] as Buffer;
      const length = (first.length >= 4 ? first : join()).readUInt32BE(0);
      if (length > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes is over the limit`);
      if (held < 4 + length) return undefined;
      const whole = join();
      held -= 4 + length;
      chunks = held > 0 ? [whole.subarray(4 + length)] : [];
      return unpackParts(whole.subarray(4, 4 + length));
    },
  };
}
