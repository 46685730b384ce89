import { parseDuration } from '@heddle/core';
import { InvalidArgumentError } from 'commander';

/** `NODE@TIME`. */
export interface Moment {
  readonly node: string;
  /** Milliseconds since the agents were started. */
  readonly atMs: number;
}

/** `NODE:ROLE`, or `NODE:ROLE@TIME`. */
export interface Failure {
  readonly node: string;
  readonly role: string;
  /** Milliseconds of its own work. @default half of it */
  readonly afterMs?: number;
}

/** `DURATION`, `ROLE=DURATION` or `NODE.ROLE=DURATION`. */
export interface DurationRule {
  /** Undefined: every role. */
  readonly where: string | undefined;
  readonly ms: number;
}

/** From and to, in milliseconds since the agents were started. */
export interface Outage {
  readonly atMs: number;
  readonly untilMs: number;
}

/** Read `NODE@TIME`, one of several. */
export function momentOption(text: string, before: readonly Moment[] = []): readonly Moment[] {
  const [, node, time] = /^([^@]+)@(.+)$/.exec(text) ?? [];
  if (node === undefined || time === undefined) throw new InvalidArgumentError('Write NODE@TIME: db@30s, web[2]@1m');
  return [...before, { node, atMs: durationIn(time) }];
}

/** Read `NODE:ROLE` or `NODE:ROLE@TIME`, one of several. */
export function failureOption(text: string, before: readonly Failure[] = []): readonly Failure[] {
  const [, node, role, time] = /^([^@:]+):([^@:]+)(?:@(.+))?$/.exec(text) ?? [];
  if (node === undefined || role === undefined)
    throw new InvalidArgumentError('Write NODE:ROLE or NODE:ROLE@TIME: db:mysql, web[2]:app@5s');
  return [...before, { node, role, ...(time === undefined ? {} : { afterMs: durationIn(time) }) }];
}

/** Read `DURATION`, `ROLE=DURATION` or `NODE.ROLE=DURATION`, one of several. */
export function durationRuleOption(text: string, before: readonly DurationRule[] = []): readonly DurationRule[] {
  const [, where, duration = text] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  return [...before, { where, ms: durationIn(duration) }];
}

/** How long the store may be away: agents that find none for longer are started again and again. */
const longestOutageMs = 10 * 60_000;

/** Read `FROM..TO`, one of several. */
export function outageOption(text: string, before: readonly Outage[] = []): readonly Outage[] {
  const [, from, to] = /^(.+?)\.\.(.+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) throw new InvalidArgumentError('Write FROM..TO: 30s..90s');
  const outage = { atMs: durationIn(from), untilMs: durationIn(to) };
  const last = before.at(-1);
  if (outage.untilMs <= outage.atMs) throw new InvalidArgumentError(`${to} is not later than ${from}`);
  if (outage.untilMs - outage.atMs > longestOutageMs) throw new InvalidArgumentError('It lasts 10m at most');
  if (last !== undefined && outage.atMs < last.untilMs)
    throw new InvalidArgumentError('Give several in the order of time');
  return [...before, outage];
}

/** Read `GROUP=NUMBER`, one of several. */
export function countOption(text: string, before: Readonly<Record<string, number>> = {}) {
  const [, group, count] = /^([a-z][a-z0-9-]*)=(\d{1,6})$/.exec(text) ?? [];
  if (group === undefined) throw new InvalidArgumentError('Write GROUP=NUMBER: web=1000');
  return { ...before, [group]: Number(count) };
}

/** Read a whole number of at most nine digits. */
export function numberOption(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number');
}

/** Read a share from 0 to 100 percent, as 20 or 20%. */
export function percentOption(text: string): number {
  const [, digits] = /^(\d{1,3})%?$/.exec(text) ?? [];
  if (digits !== undefined && Number(digits) <= 100) return Number(digits);
  throw new InvalidArgumentError('It is no percentage from 0 to 100');
}

function durationIn(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
