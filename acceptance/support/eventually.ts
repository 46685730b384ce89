import { setTimeout as pause } from 'node:timers/promises';

const pauseMs = 50;

/**
 * Look again and again until something is so; for what cannot tell by itself, such as files and processes of others.
 *
 * @param what  What is expected, for the error: `every process of the test has ended`.
 * @param timeoutMs  @default 90_000
 */
export async function eventually(what: string, isSo: () => Promise<boolean>, timeoutMs = 90_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(pauseMs);
  }
}
