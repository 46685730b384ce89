import { exitCodeOf, type HeddleError, isEnded, type RoleView, type StatusView, toHeddleError } from '@heddle/core';

/** Choose the exit code of `heddle up`: every role that has not ended well counts, also one that nobody has run. */
export function chooseExitCode(
  { roles }: Pick<StatusView, 'roles'>,
  errors: readonly HeddleError[],
  signal: AbortSignal,
): number {
  if (signal.aborted) return toHeddleError(signal.reason).exitCode;
  const bad = roles.filter(({ state }) => state !== 'done');
  return exitCodeOf([...bad.map(({ error }) => error ?? { exitCode: 21 }), ...errors]);
}

/** True for a role that does nothing any more. */
export function hasEnded({ state }: Pick<RoleView, 'state'>): boolean {
  return state !== 'waiting' && isEnded(state);
}
