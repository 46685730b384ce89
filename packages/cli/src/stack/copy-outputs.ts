import { type Clock, delay, formatDuration, HeddleError, type Json, joinWords } from '@heddle/core';
import { outputPrefix } from '@heddle/heat';
import { type OutputsSource, readSource } from './outputs-source.ts';
import { lacksMember, parseOutputs } from './parse-outputs.ts';

export interface CopyOptions {
  readonly source: OutputsSource;
  /** Outputs of the node that stands for the stack. */
  readonly names: readonly string[];
  /** Those of them that have a value for each member of a group, and are copied when each is there. */
  readonly ofMembers: readonly string[];
  /** Milliseconds from the call after which values that have not come are given up. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Publish some of the outputs. */
  readonly publish: (values: Readonly<Record<string, Json>>) => Promise<void>;
  /** Takes a line about what has come and what is missing; no value stands in it. */
  readonly say: (line: string) => Promise<void>;
}

/** Milliseconds between two looks, and at most for one. */
const intervalMs = 5000;
const longestLookMs = 60_000;

/**
 * Copy outputs of the stack into the store as they come, until all are there. Each is copied once.
 *
 * @throws wait-timeout with the names that are missing; whatever reading and publishing throw; the signal's reason.
 */
export async function copyOutputs(options: CopyOptions): Promise<void> {
  const { source, clock, signal, limitMs, publish, say } = options;
  const endMs = clock.monotonicMs() + limitMs;
  let missing = options.names;
  let before = '';
  for (;;) {
    const timeoutMs = source.kind === 'stdin' ? limitMs : longestLookMs;
    const { values, problem, errors } = await look(options, missing, timeoutMs);
    const come = Object.keys(values);
    if (come.length > 0) await publish(values);
    missing = missing.filter((name) => !come.includes(name));
    const state = progress(options.names, missing, problem);
    if (state !== before) await say(state);
    before = state;
    if (missing.length === 0) return;
    if (source.kind === 'stdin' || endMs <= clock.monotonicMs())
      throw late(options, missing, problem === undefined ? errors : [problem, ...errors]);
    await delay(clock, Math.min(intervalMs, Math.max(1, endMs - clock.monotonicMs())), signal);
  }
}

interface Look {
  readonly values: Readonly<Record<string, Json>>;
  /** Why nothing could be read. */
  readonly problem?: string;
  /** What Heat says of outputs that it cannot tell. */
  readonly errors: readonly string[];
}

/** As much as is shown of what Heat says, in characters. */
const longestError = 300;

async function look(
  { source, ofMembers, signal }: CopyOptions,
  missing: readonly string[],
  timeoutMs: number,
): Promise<Look> {
  const read = await readSource(source, timeoutMs, signal);
  if ('notYet' in read) return { values: {}, problem: read.notYet, errors: [] };
  const outputs = parseOutputs(read.text);
  if (outputs === undefined)
    return { values: {}, problem: 'what was read is no list of outputs in JSON (-f json)', errors: [] };
  const values = missing.flatMap((name) => {
    const value = outputs.values.get(`${outputPrefix}${name}`);
    const isWhole = value !== undefined && !(ofMembers.includes(name) && lacksMember(value));
    return isWhole ? [[name, value] as const] : [];
  });
  const errors = missing.flatMap((name) => {
    const error = outputs.errors.get(`${outputPrefix}${name}`);
    return error === undefined ? [] : [`Heat cannot tell ${name}: ${error.slice(0, longestError)}`];
  });
  return { values: Object.fromEntries(values), errors };
}

function progress(names: readonly string[], missing: readonly string[], problem: string | undefined): string {
  const count = `${names.length - missing.length} of ${names.length} outputs of the stack copied`;
  if (missing.length === 0) return count;
  return `${count}; waits for ${joinWords(missing)}${problem === undefined ? '' : `: ${problem}`}`;
}

function late({ source, limitMs }: CopyOptions, missing: readonly string[], notes: readonly string[]): HeddleError {
  const when = source.kind === 'stdin' ? 'standard input did not have' : `${formatDuration(limitMs)} have not brought`;
  return new HeddleError('wait-timeout', `${when} the outputs ${joinWords(missing)} of the stack`, {
    notes,
    next: [
      `openstack stack output show --all STACK  shows whether the stack has ${outputPrefix}${missing[0] ?? ''}`,
      '--watch takes a longer time, such as --watch 2h',
    ],
  });
}
