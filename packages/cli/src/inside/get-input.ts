import type { ErrorCode, HeddleError, Json } from '@heddle/core';
import { printValue, type ValueFormat } from '../output/print-value.ts';
import { callAgent, type RoleSocket } from '../socket-client.ts';

export interface GetInputOptions {
  readonly output?: ValueFormat;
  readonly timeout?: string;
  readonly wait?: boolean;
  readonly default?: string;
  readonly background?: boolean;
}

/** What says that a value is not there; anything else, a store that does not answer above all, is no absence. */
export const absenceCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'wait-timeout',
  'missing-value',
  'producer-failed',
  'never-written',
  'producer-lost',
  'deadlock',
]);

/** Read an input of the role that this process belongs to, waiting for it if need be, and print it. */
export async function getInput(socket: RoleSocket, input: string, options: GetInputOptions): Promise<void> {
  const { timeout, wait, background, output } = options;
  const timeoutMs = timeout === undefined ? undefined : (await import('../lazy-core.ts')).parseDuration(timeout);
  try {
    const { value } = await callAgent<{ readonly value: Json }>(socket, 'await', {
      input,
      wait: wait !== false,
      ...(background === true ? { background } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    printValue(value, output);
  } catch (error) {
    if (options.default === undefined || !absenceCodes.has((error as HeddleError).code)) throw error;
    printValue(options.default, output);
  }
}
