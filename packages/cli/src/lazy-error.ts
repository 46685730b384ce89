import type { ErrorCode, HeddleError, HeddleErrorOptions } from '@heddle/core';

/** Make a HeddleError where core is not loaded otherwise: loading it takes longer than all that `heddle get` does. */
export async function lazyError(code: ErrorCode, message: string, options?: HeddleErrorOptions): Promise<HeddleError> {
  const { HeddleError } = await import('./lazy-core.ts');
  return new HeddleError(code, message, options);
}
