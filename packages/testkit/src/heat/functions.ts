import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A function of Heat's templates, and what stands behind its name. */
export type FunctionCall = readonly [name: string, argument: unknown];

/** What Heat's function gives, or the kind and text of its error. */
export type FunctionAnswer = { readonly value: unknown } | { readonly error: string };

// The script is no TypeScript: it stays in src.
const program = fileURLToPath(new URL('../../src/heat/functions.py', import.meta.url));

/** Evaluate functions with the code of the real Heat (Debian's python3-heat). @returns One answer a call, in order. */
export async function callHeatFunctions(calls: readonly FunctionCall[]): Promise<readonly FunctionAnswer[]> {
  const { stdout } = await execa('/usr/bin/python3', ['-B', program], { input: JSON.stringify(calls) });
  return JSON.parse(stdout) as readonly FunctionAnswer[];
}
