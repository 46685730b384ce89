import type { ErrorData } from '../errors/heddle-error.ts';

/** The order in which `up` and `agent` choose the exit code of several failures: who was interrupted says so before anything else. */
const precedence = [130, 24, 23, 22, 21, 20] as const;

/** Choose the exit code of a deployment whose roles ended with these errors; 0 when there are none. */
export function exitCodeOf(errors: readonly Pick<ErrorData, 'exitCode'>[]): number {
  const codes = new Set(errors.map((error) => error.exitCode));
  const first = precedence.find((code) => codes.has(code));
  if (first !== undefined) return first;
  // A role that could not run at all (its tool is missing) failed.
  return codes.size === 0 ? 0 : 21;
}
