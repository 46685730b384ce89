import { attemptUntil, HeddleError, systemClock } from '@heddle/core';
import { describe, expect, it } from 'vitest';

const options = {
  clock: systemClock,
  signal: new AbortController().signal,
  name: 'the store x',
  failed: () => undefined,
};

/** Fails so often, then succeeds with the number of attempts. */
function failing(times: number, error: Error = new Error('refused')) {
  let attempts = 0;
  return async (): Promise<number> => {
    attempts += 1;
    if (attempts <= times) throw error;
    return attempts;
  };
}

describe('attempts to reach a store', () => {
  it('are repeated until one succeeds, and each failure is told', async () => {
    const told: unknown[] = [];
    expect(await attemptUntil(failing(3), { ...options, failed: (error) => told.push(error) })).toBe(4);
    expect(told.map(String)).toEqual(Array(3).fill('Error: refused'));
  });

  it('end at once with an error that no repetition can mend', async () => {
    for (const code of ['corrupt', 'config-invalid', 'tool-missing', 'denied'] as const) {
      const attempts = attemptUntil(failing(1, new HeddleError(code, 'no')), options);
      await expect(attempts).rejects.toMatchObject({ code });
    }
    expect(await attemptUntil(failing(1, new HeddleError('session-lost', 'over')), options)).toBe(2);
  });

  it('end when the time is over: unavailable, with who did not answer and why', async () => {
    let now = 0;
    const clock = { ...systemClock, monotonicMs: () => now };
    const left: number[] = [];
    const attempt = async (leftMs: number): Promise<never> => {
      left.push(leftMs);
      now += 400;
      throw new Error('refused');
    };
    await expect(attemptUntil(attempt, { ...options, clock, timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the store x did not answer within 1000 ms: refused',
    });
    expect(left).toEqual([1000, 600, 200]);
  });

  it('say why the last one failed that had time for an answer', async () => {
    let now = 0;
    const clock = { ...systemClock, monotonicMs: () => now };
    const failures = [
      { tookMs: 100, text: 'the server is starting' },
      { tookMs: 50, text: 'the server refuses the session' },
      { tookMs: 150, text: 'no answer within 150 ms' },
    ];
    const attempt = async (): Promise<never> => {
      const failure = failures.shift();
      now += failure?.tookMs ?? 0;
      throw new Error(failure?.text);
    };
    const attempts = attemptUntil(attempt, { ...options, clock, timeoutMs: 300 });
    await expect(attempts).rejects.toMatchObject({
      message: 'the store x did not answer within 300 ms: the server refuses the session',
    });
  });

  it('end with the reason of the signal, also while they pause', async () => {
    const ending = new AbortController();
    const reason = new Error('enough');
    const attempts = attemptUntil(failing(Infinity), {
      ...options,
      signal: ending.signal,
      failed: () => setImmediate(() => ending.abort(reason)),
    });
    await expect(attempts).rejects.toBe(reason);
  });
});
