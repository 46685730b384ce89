import { HeddleError } from '../errors/heddle-error.ts';

/** The longest duration in milliseconds (24 days and 20 hours): a timer of Node cannot wait longer. */
export const maxDurationMs = 2 ** 31 - 1;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const whole = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)(?: ?\d+(?:\.\d+)?(?:ms|s|m|h|d))*$/;

/**
 * Read a duration such as `90s`, `10m`, `1h30m`, `1h 30m`, `250ms` or `1.5h`.
 *
 * @returns Milliseconds, a whole number from 0 to {@link maxDurationMs}.
 * @throws `usage` when the text is no duration, has no unit, repeats a unit, or is too long for a timer.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) throw bad(text, `has no unit; did you mean "${trimmed}s"?`);
  if (!whole.test(trimmed)) throw bad(text, 'is no duration; write it like 250ms, 90s, 10m or 1h30m');
  let total = 0;
  const seen = new Set<string>();
  for (const [, amount = '', unit = ''] of trimmed.matchAll(part)) {
    if (seen.has(unit)) throw bad(text, `names the unit ${unit} twice`);
    seen.add(unit);
    total += Number(amount) * (unitMs[unit] ?? 0);
  }
  if (total > maxDurationMs)
    throw bad(text, `is longer than ${formatDuration(maxDurationMs)}, the longest wait there is`);
  return Math.round(total);
}

/**
 * Write milliseconds for people: `250ms`, `1.5s`, `90s`, `10m`, `2m 5s`, `1h 30m`.
 *
 * Whole seconds read back exactly with `parseDuration`; from 10 s on, parts of a second are rounded away.
 */
export function formatDuration(ms: number): string {
  const rounded = Math.round(ms);
  if (rounded < 1000) return `${rounded}ms`;
  if (rounded < 10_000) return `${Math.round(rounded / 100) / 10}s`;
  const seconds = Math.round(rounded / 1000);
  if (seconds < 120 && seconds % 60 !== 0) return `${seconds}s`;
  const parts: string[] = [];
  if (seconds >= 3600) parts.push(`${Math.floor(seconds / 3600)}h`);
  if (seconds % 3600 >= 60) parts.push(`${Math.floor((seconds % 3600) / 60)}m`);
  if (seconds % 60 > 0) parts.push(`${seconds % 60}s`);
  return parts.join(' ');
}

function bad(text: string, why: string): HeddleError {
  return new HeddleError('usage', `"${text}" ${why}`, { details: { text } });
}
