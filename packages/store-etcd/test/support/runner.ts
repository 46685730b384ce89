import type { StoreRunner } from '@heddle/testkit';
import { describe, it } from 'vitest';

/** The kit's runner: vitest, with a bound that only a hanging test reaches. */
export const runner: StoreRunner = {
  describe,
  it(title, body) {
    it(title, body, 90_000);
  },
};
