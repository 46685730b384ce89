import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, maxDurationMs, parseDuration } from '../../src/time/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['2d', 172_800_000],
    [' 5m ', 300_000],
    ['1m500ms', 60_500],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['', '"" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ['soon', '"soon" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ['-5s', '"-5s" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ['5 m', '"5 m" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ['5M', '"5M" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ['600', '"600" has no unit; did you mean "600s"?'],
    ['1m2m', '"1m2m" names the unit m twice'],
    ['30d', '"30d" is longer than 596h 31m 24s, the longest wait there is'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });

  it('takes the longest duration of a timer and nothing longer', () => {
    expect(parseDuration(`${maxDurationMs}ms`)).toBe(2_147_483_647);
    expect(() => parseDuration(`${maxDurationMs + 1}ms`)).toThrow('longest wait');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [250, '250ms'],
    [999.6, '1s'],
    [1500, '1.5s'],
    [9960, '10s'],
    [12_345, '12s'],
    [60_000, '1m'],
    [90_000, '90s'],
    [119_400, '119s'],
    [120_000, '2m'],
    [125_000, '2m 5s'],
    [600_000, '10m'],
    [5_400_000, '1h 30m'],
    [3_601_000, '1h 1s'],
    [172_800_000, '48h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('writes whole seconds so that they read back exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_147_483 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});
