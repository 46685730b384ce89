import type { ErrorCode } from '@heddle/core';

const statuses: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  'wrong-type': 400,
  denied: 403,
  'not-declared': 404,
  'not-found': 404,
  fenced: 409,
  'missing-value': 409,
  'wait-timeout': 504,
  'too-large': 413,
  'producer-failed': 424,
  'never-written': 424,
  'producer-lost': 424,
  deadlock: 424,
  'segment-missing': 424,
  aborted: 410,
  unavailable: 503,
  ambiguous: 503,
  'session-lost': 503,
  closed: 503,
};

/** The HTTP status that goes with an error code; clients match on the code. */
export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500;
}
