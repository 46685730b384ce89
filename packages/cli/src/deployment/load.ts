import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import {
  compileSource,
  HeddleError,
  type Json,
  namedAdapters,
  type Plan,
  type PlanWithFound,
  parsePlan,
  readSource,
  toHeddleError,
} from '@heddle/core';
import { traitsOf, warnOfMissingAdapters } from './adapter-traits.ts';
import { findOutputs } from './find-outputs.ts';

export interface LoadOptions {
  /** From `--set`. */
  readonly params?: Readonly<Record<string, Json>>;
  /** From `--deadline`, milliseconds. */
  readonly deadlineMs?: number;
  /** Sizes of groups over those of the file, by name. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Also a file some of whose roles can never start. @default false */
  readonly allowsStrictCycles?: boolean;
}

/** Read a deployment file and compile it, or read a plan that `heddle compile` wrote. Throws config-invalid and plan-invalid with the place of every mistake. */
export async function loadPlan(path: string, options: LoadOptions = {}): Promise<Plan> {
  return (await loadPlanWithFound(path, options)).plan;
}

/** Load a plan as `loadPlan` does, with what was found in the files of its roles. */
export async function loadPlanWithFound(path: string, options: LoadOptions = {}): Promise<PlanWithFound> {
  const file = resolve(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : toHeddleError(cause).message;
    throw new HeddleError('config-invalid', `cannot read ${path}: ${why}`, {
      cause,
      next: ['name the deployment file, or run this in its folder'],
    });
  }
  if (isPlan(text)) return { plan: readPlan(text, path, options), sharable: [], notes: [] };
  if (/^["']?heat_template_version["']?\s*:/m.test(text)) {
    throw new HeddleError('usage', `${path} is a Heat template: it is compiled first, and Heat starts its machines`, {
      next: [`heddle compile ${path} -o stack.json, then heddle seed plan.json --store URL`],
    });
  }
  const source = readSource(text, relative(process.cwd(), file) || file);
  const directory = dirname(file);
  const plan = compileSource(source, {
    directory,
    traits: await traitsOf(namedAdapters(source), directory),
    ...(options.allowsStrictCycles === undefined ? {} : { allowsStrictCycles: options.allowsStrictCycles }),
    ...(options.counts === undefined ? {} : { counts: options.counts }),
    ...(options.params === undefined ? {} : { params: options.params }),
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });
  return findOutputs(warnOfMissingAdapters(plan));
}

/** A compiled plan is JSON that says so; every other text is a deployment file. */
function isPlan(text: string): boolean {
  return text.trimStart().startsWith('{') && text.includes('"heddlePlan"');
}

function readPlan(text: string, path: string, { params, deadlineMs, counts }: LoadOptions): Plan {
  if (counts !== undefined) {
    throw new HeddleError('usage', `${path} is a compiled plan: the sizes of its groups are settled`, {
      next: ['name the file that it was compiled from, as heddle up did'],
    });
  }
  if (params !== undefined || deadlineMs !== undefined) {
    throw new HeddleError('usage', `${path} is a compiled plan: its parameters and deadlines are settled`, {
      next: ['give --set and --deadline to heddle compile'],
    });
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new HeddleError('config-invalid', `${path} is no JSON: ${(cause as Error).message}`, {
      cause,
      next: ['write the plan again with heddle compile'],
    });
  }
  return parsePlan(data, path);
}
