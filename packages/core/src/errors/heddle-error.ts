import { type ErrorCode, errorCodes, isErrorCode } from './codes.ts';

/** Ids and facts of an error as fields; JSON data only, never a value of an attribute. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface HeddleErrorOptions {
  readonly details?: ErrorDetails;
  /** Lines of context below the message: the producer, a tail of output. */
  readonly notes?: readonly string[];
  /** What to type or do next, one line each. */
  readonly next?: readonly string[];
  readonly cause?: unknown;
}

/** The form in which an error crosses a socket or is stored. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly exitCode: number;
  readonly retryable: boolean;
  readonly notes?: readonly string[];
  readonly next?: readonly string[];
  readonly details?: ErrorDetails;
}

/** The one error class. Match on `code`, never on the class name: bundling may change it. */
export class HeddleError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly retryable: boolean;
  readonly details: ErrorDetails;
  readonly notes: readonly string[];
  readonly next: readonly string[];

  constructor(code: ErrorCode, message: string, options: HeddleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeddleError';
    this.code = code;
    this.exitCode = errorCodes[code].exitCode;
    this.retryable = errorCodes[code].retryable;
    this.details = options.details ?? {};
    this.notes = options.notes ?? [];
    this.next = options.next ?? [];
  }

  /** Give the error as data for the socket, the store or `-o json`. */
  toJSON(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      exitCode: this.exitCode,
      retryable: this.retryable,
      ...(this.notes.length > 0 ? { notes: this.notes } : {}),
      ...(this.next.length > 0 ? { next: this.next } : {}),
      ...(Object.keys(this.details).length > 0 ? { details: this.details } : {}),
    };
  }
}

/** Rebuild an error from its data; an unknown code becomes `unexpected` with the text kept. */
export function errorFromData(data: unknown): HeddleError {
  const row = typeof data === 'object' && data !== null ? (data as Partial<ErrorData>) : {};
  const message = typeof row.message === 'string' ? row.message : JSON.stringify(data);
  return new HeddleError(isErrorCode(row.code) ? row.code : 'unexpected', message, {
    ...(row.notes ? { notes: row.notes } : {}),
    ...(row.next ? { next: row.next } : {}),
    ...(row.details ? { details: row.details } : {}),
  });
}

/** Turn anything thrown into a HeddleError; a HeddleError is returned as it is, everything else is `unexpected` with its cause kept. */
export function toHeddleError(thrown: unknown): HeddleError {
  if (isHeddleError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HeddleError('unexpected', message, { cause: thrown });
}

/** True for an error of this class, also one from another copy of the package. */
export function isHeddleError(thrown: unknown): thrown is HeddleError {
  return thrown instanceof Error && isErrorCode((thrown as { code?: unknown }).code) && 'exitCode' in thrown;
}
