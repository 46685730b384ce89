import type { Readable } from 'node:stream';
import { HeddleError, type Json } from '@heddle/core';
import * as z from 'zod';
import type { OutputLines, OutputStream } from '../child/output-lines.ts';

/** What a machine tells of itself. */
export interface Facts {
  readonly facts: Readonly<Record<string, Json>>;
  /** Why it has none of these, by name. */
  readonly absent?: Readonly<Record<string, string>> | undefined;
}

export const noFacts: Facts = { facts: {} };

/** More than any machine has to tell, in bytes: a program that prints without end shall not fill the memory. */
const mostBytes = 16_777_216;

const printed = z.strictObject({
  facts: z.record(z.string(), z.json()),
  absent: z.exactOptional(z.record(z.string(), z.string())),
});

/** Takes the output of a command that prints facts: they are values and stand in no log, what it says besides does. */
export class PrintedFacts {
  readonly #log: Pick<OutputLines, 'take'>;
  readonly #role: string;
  readonly #chunks: Buffer[] = [];
  #sizeBytes = 0;

  constructor(log: Pick<OutputLines, 'take'>, role: string) {
    this.#log = log;
    this.#role = role;
  }

  take(stream: Readable, from: OutputStream): void {
    if (from === 'stderr') {
      this.#log.take(stream, from);
      return;
    }
    stream.on('data', (chunk: Buffer) => {
      this.#sizeBytes += chunk.length;
      if (this.#sizeBytes <= mostBytes) this.#chunks.push(chunk);
    });
  }

  /** Read what was printed; throws wrong-type when it is no such document. */
  read(): Facts {
    const error = (why: string, cause?: unknown) =>
      new HeddleError('wrong-type', `role ${this.#role} cannot read the facts of this machine: ${why}`, { cause });
    if (this.#sizeBytes > mostBytes) throw error(`the command printed more than ${mostBytes} bytes`);
    let data: unknown;
    try {
      data = JSON.parse(Buffer.concat(this.#chunks).toString('utf8'));
    } catch (cause) {
      throw error(`the command printed no JSON: ${(cause as Error).message}`, cause);
    }
    const result = printed.safeParse(data);
    if (!result.success) throw error(z.prettifyError(result.error), result.error);
    return result.data;
  }
}
