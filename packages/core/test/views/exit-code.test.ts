import { exitCodeOf } from '@heddle/core';
import { describe, expect, it } from 'vitest';

describe('the exit code of a deployment', () => {
  it.each([
    [[], 0],
    [[21], 21],
    [[20, 21], 21],
    [[20], 20],
    [[21, 22, 20], 22],
    [[21, 23], 23],
    [[22, 24, 23], 24],
    [[24, 130, 21], 130],
    // A role whose tool is missing, or whose value was too large, is a role that failed.
    [[2], 21],
    [[26, 20], 20],
  ])('of failures %j is %i', (codes, expected) => {
    expect(exitCodeOf(codes.map((exitCode) => ({ exitCode })))).toBe(expected);
  });
});
