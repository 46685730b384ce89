import type { Json } from '@heddle/core';
import type { RoleStep } from './types.ts';

/** Quote words for `sh`. */
export function shellWords(...words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

/**
 * Write steps as lines of `sh`, with `heddle get` and `heddle set`: for a tool that runs commands and has no shim.
 *
 * Each line fails when its step does; the first line that fails has to end the run.
 */
export function shellRole(steps: readonly RoleStep[]): readonly string[] {
  return steps.map((step) => {
    if ('write' in step) return shellWords('heddle', 'set', `${step.write}:=${json(step.value)}`);
    if ('read' in step) return `${shellWords('heddle', 'get', '-o', 'json', step.read)} > ${shellWords(step.file)}`;
    if ('print' in step) return shellWords('heddle', 'get', step.print);
    if ('fail' in step) return `echo ${shellWords(step.fail)} >&2; exit 3`;
    return step.run;
  });
}

function json(value: Json): string {
  return JSON.stringify(value);
}
