import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeddleError, toHeddleError } from '@heddle/core';
import { redirected, requestOf, withoutSecrets } from './url-user.ts';

export interface DownloadOptions {
  /** `http:`, `https:` or `file:`; may hold user and password. */
  readonly url: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Where to write it, absolute; an earlier file is written over. */
  readonly file: string;
  readonly maxSizeBytes: number;
  readonly signal: AbortSignal;
}

const maxRedirects = 5;
/** A server that sends nothing for this long is given up, in ms. */
const idleMs = 30_000;

/**
 * Fetch a file and make sure that it is the one that was asked for.
 *
 * @throws unavailable when the server does not answer, which may pass; config-invalid when it has another file, none, or the URL is
 *   wrong, or the file cannot be written here; too-large; the signal's reason.
 */
export async function download({ url, sha256, file, maxSizeBytes, signal }: DownloadOptions): Promise<void> {
  const place = withoutSecrets(url);
  const idle = new IdleTimer();
  try {
    const source = await openSource(url, AbortSignal.any([signal, idle.signal]));
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
        idle.reset();
        sizeBytes += chunk.byteLength;
        hash.update(chunk);
        if (sizeBytes <= maxSizeBytes) return done(null, chunk);
        done(new HeddleError('too-large', `${place} has more than the ${maxSizeBytes} bytes that are allowed`));
      },
    });
    const options = { signal: AbortSignal.any([signal, idle.signal]) };
    await pipeline(source, meter, createWriteStream(file, { mode: 0o600 }), options);
    const actual = hash.digest('hex');
    if (actual === sha256) return;
    throw new HeddleError('config-invalid', `${place} is not the file that was asked for`, {
      notes: [`its sha256 is ${actual}`, `instead of     ${sha256}`],
      next: ['put the right file there, or compile the template again with the sha256 of this one'],
    });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof HeddleError) throw thrown;
    if (isLocal(thrown)) throw cannotWrite(file, thrown);
    const why = idle.signal.aborted ? `it sent nothing for ${idleMs / 1000} s` : reasonOf(thrown);
    throw new HeddleError('unavailable', `${place} cannot be fetched: ${why}`, {
      cause: thrown,
      next: ['check that this machine reaches the server'],
    });
  } finally {
    idle.stop();
  }
}

/** True for an error of writing the file: what goes wrong on the way from a server comes wrapped by `fetch`. */
function isLocal(thrown: unknown): thrown is NodeJS.ErrnoException {
  return ['open', 'write', 'close'].includes((thrown as NodeJS.ErrnoException).syscall ?? '');
}

function cannotWrite(file: string, cause: NodeJS.ErrnoException): HeddleError {
  return new HeddleError('config-invalid', `${file} cannot be written: ${cause.message}`, {
    cause,
    next: [
      cause.code === 'ENOSPC' ? 'make room on the disk of this machine' : 'let the user who boots write to its folder',
    ],
  });
}

async function openSource(url: string, signal: AbortSignal): Promise<Readable> {
  let target = readUrl(url);
  if (target.protocol === 'file:') return openFile(target);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const { url: place, headers } = requestOf(target);
    const response = await fetch(place, { headers, redirect: 'manual', signal });
    if (response.ok && response.body !== null) return Readable.fromWeb(response.body);
    await response.body?.cancel();
    const { status } = response;
    const location = response.headers.get('location');
    if (status < 300 || status >= 400 || location === null) throw badStatus(target, status);
    const next = readUrl(redirected(target, location).href);
    if (next.protocol === 'file:') throw wrongUrl(withoutSecrets(next.href), 'a server may not point to a file here');
    target = next;
  }
  throw wrongUrl(withoutSecrets(url), `it redirects more than ${maxRedirects} times`);
}

async function openFile(url: URL): Promise<Readable> {
  const stream = createReadStream(url);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (cause) => reject(wrongUrl(withoutSecrets(url.href), cause.message)));
  });
  return stream;
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['http:', 'https:', 'file:'].includes(url.protocol)) return url;
  throw wrongUrl(withoutSecrets(text), 'only http:, https: and file: URLs can be fetched');
}

function badStatus(url: URL, status: number): HeddleError {
  const place = withoutSecrets(url.href);
  // What a server says of itself, or of too many askers, may pass; what it says of the URL stays.
  const mayPass = status >= 500 || status === 408 || status === 429;
  if (mayPass) return new HeddleError('unavailable', `${place} cannot be fetched: the server answers ${status}`);
  return wrongUrl(place, `the server answers ${status}`);
}

function wrongUrl(place: string, why: string): HeddleError {
  return new HeddleError('config-invalid', `${place} cannot be fetched: ${why}`, { next: ['correct the URL'] });
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(thrown: unknown): string {
  const { cause } = thrown as { cause?: unknown };
  return toHeddleError(cause ?? thrown).message;
}

/** Aborts its signal when it is not reset for `idleMs`. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timer = setTimeout(() => this.#controller.abort(), idleMs);

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
