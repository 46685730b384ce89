import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Masker } from './masker.ts';

/** A line longer than this is cut in pieces, so that output without line ends stays bounded. */
const longestLine = 16_384;
const tailSizeBytes = 2048;

/** Which of a run's two outputs a line came from. */
export type OutputStream = 'stdout' | 'stderr';

/** Takes the output of a CM run line by line: masks it, writes it to a log file, keeps the tail. */
export class OutputLines {
  readonly #masker: Masker;
  readonly #log: WriteStream;
  readonly #onLine: (line: string, from: OutputStream) => void;
  #tail: string[] = [];
  #tailBytes = 0;

  /** @param logFile  Path of the log, mode 0600; a new run starts it anew. */
  constructor(
    logFile: string,
    masker: Masker,
    onLine: (line: string, from: OutputStream) => void,
    onError: (error: Error) => void,
  ) {
    this.#masker = masker;
    this.#onLine = onLine;
    this.#log = createWriteStream(logFile, { mode: 0o600 });
    this.#log.on('error', onError);
  }

  /** Read a stream until it ends. */
  take(stream: Readable, from: OutputStream): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#line(line, from);
      while (rest.length > longestLine) {
        this.#line(rest.slice(0, longestLine), from);
        rest = rest.slice(longestLine);
      }
    });
    stream.on('close', () => {
      if (rest !== '') this.#line(rest, from);
      rest = '';
    });
  }

  /** The last lines, at most 2 KB, without what is known to be sensitive by now. */
  get tail(): string {
    // Masked before it is cut: half of a secret would not be found.
    const bytes = Buffer.from(this.#masker.mask(this.#tail.join('\n')));
    let start = Math.max(0, bytes.byteLength - tailSizeBytes);
    while (isInsideCharacter(bytes[start])) start += 1;
    return bytes.toString('utf8', start);
  }

  /** Finish the log file. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#log.end(() => resolve()));
  }

  #line(raw: string, from: OutputStream): void {
    const line = this.#masker.mask(raw.replace(/\r$/, ''));
    this.#log.write(`${line}\n`);
    this.#tail.push(line);
    this.#tailBytes += Buffer.byteLength(line) + 1;
    while (this.#tailBytes > tailSizeBytes && this.#tail.length > 1) {
      this.#tailBytes -= Buffer.byteLength(this.#tail.shift() ?? '') + 1;
    }
    this.#onLine(line, from);
  }
}

/** Whether a byte of UTF-8 goes on with a character that began before it. */
function isInsideCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}
