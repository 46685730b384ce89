import { HeddleError, systemClock } from '@heddle/core';
import { expect, test } from 'vitest';
import { patiently } from '../src/boot/patience.ts';

test('what may be done twice is done again when there was no answer, also when nobody knows whether it was done', async () => {
  const said: string[] = [];
  const codes = ['unavailable', 'ambiguous'] as const;
  let tries = 0;
  const operation = async (): Promise<string> => {
    const code = codes[tries];
    tries += 1;
    if (code !== undefined) throw new HeddleError(code, 'no answer');
    return 'web-0';
  };
  const { signal } = new AbortController();
  const options = { clock: systemClock, patienceMs: 60_000, signal, say: (line: string) => void said.push(line) };
  expect(await patiently('a place in group web', operation, options)).toBe('web-0');
  expect(said).toEqual([expect.stringMatching(/^waits for a place in group web, .* left: no answer$/)]);
});
