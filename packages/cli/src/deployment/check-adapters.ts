import { readFile } from 'node:fs/promises';
import { type Adapter, type AdapterContext, type AdapterProblem, loadAdapter } from '@heddle/agent';
import {
  didYouMean,
  evaluate,
  HeddleError,
  type Json,
  type Plan,
  type PlanRole,
  readSource,
  suggest,
  typeWords,
} from '@heddle/core';
import type * as z from 'zod';
import { adapters } from '../adapters.ts';

type OptionPath = NonNullable<AdapterProblem['at']>;

interface CheckedRole {
  readonly adapter: Adapter;
  readonly context: AdapterContext;
  /** Where the deployment file declares it. */
  readonly at: OptionPath;
}

/** Look for what would make roles fail before they start: options that the adapter refuses, files that are not there. Throws plan-invalid. */
export async function checkAdapters(plan: Plan): Promise<void> {
  const problems = new Map<string, AdapterProblem>();
  for (const { adapter, context, at } of await distinctRoles(plan)) {
    const { role } = context;
    const parsed = adapter.options.safeParse(context.options);
    const found = parsed.success ? await adapter.check(context) : optionProblems(adapter, parsed.error.issues, context);
    for (const problem of found) {
      const place = await optionPlace(role, at, problem.at);
      problems.set(`${place}role ${role.name}: ${problem.message}`, problem);
    }
  }
  if (problems.size === 0) return;
  const lines = [...problems.keys()];
  const next = [...new Set([...problems.values()].flatMap((problem) => problem.next ?? []))];
  if (lines.length === 1) throw new HeddleError('plan-invalid', lines[0] ?? '', { next });
  throw new HeddleError('plan-invalid', `${lines.length} mistakes in the roles`, { notes: lines, next });
}

/** Look whether the programs that the roles need are installed on this machine. Throws tool-missing. */
export async function checkTools(plan: Plan): Promise<void> {
  for (const { adapter, context } of await distinctRoles(plan)) await adapter.requireTools?.(context, process.env);
}

/** The members of a group mostly have equal options: each kind is looked at once. */
async function distinctRoles(plan: Plan): Promise<CheckedRole[]> {
  const roles = new Map<string, CheckedRole>();
  for (const node of plan.nodes) {
    // Those of the agent's start the compiler has written.
    for (const [index, role] of node.roles.filter(({ atStart }) => atStart !== true).entries()) {
      const options = evaluate(role.options, { directory: plan.directory });
      const id = JSON.stringify([role.adapter, placeOf(role), role.name, options]);
      if (roles.has(id)) continue;
      const adapter = await loadAdapter(role.adapter, adapters, plan.directory);
      roles.set(id, {
        adapter,
        context: { role, options, directory: plan.directory },
        at: ['nodes', node.group ?? node.name, 'roles', index],
      });
    }
  }
  return [...roles.values()];
}

function optionProblems(
  adapter: Adapter,
  issues: readonly z.core.$ZodIssue[],
  { role, options }: AdapterContext,
): readonly AdapterProblem[] {
  const known = knownKeys(adapter);
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const meant = new Set(unknown.map((key) => didYouMean(key, known)));
  const { position } = role;
  const next = position === undefined ? {} : { next: `correct it, then run heddle validate ${position.file}` };
  return issues.flatMap((issue) =>
    // What is misspelt is told once.
    isMissing(issue, options) && meant.has(issue.path.join('.'))
      ? []
      : problemsOf(adapter, issue, options).map((problem) => ({ ...problem, ...next })),
  );
}

function isMissing({ code, path }: z.core.$ZodIssue, options: Json): boolean {
  return code === 'invalid_type' && valueAt(options, path) === undefined;
}

function problemsOf(adapter: Adapter, issue: z.core.$ZodIssue, options: Json): readonly AdapterProblem[] {
  const at = issue.path as OptionPath;
  const name = issue.path.join('.');
  const place = name === '' ? '' : ` at ${name}`;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(adapter);
    return issue.keys.map((key) => ({
      message: `the adapter ${adapter.name} has no option "${key}"${place}${suggest(key, known, 'there are')}`,
      at: [...at, key],
    }));
  }
  if (isMissing(issue, options)) return [{ message: `the adapter ${adapter.name} needs the option "${name}"`, at: [] }];
  if (issue.code === 'invalid_type' && issue.expected === 'boolean') {
    const value = valueAt(options, issue.path);
    const written = typeof value === 'string' ? `the text "${value}"` : typeWords(value ?? null);
    const message = `the option "${name}" of the adapter ${adapter.name} must be true or false, not ${written}`;
    return [{ message, at }];
  }
  const message = `the options of the adapter ${adapter.name} are wrong${place}: ${issue.message.replace(/^Invalid input: /, '')}`;
  return [{ message, at }];
}

function valueAt(options: Json, path: readonly PropertyKey[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, key) => (value as Readonly<Record<PropertyKey, Json>> | null | undefined)?.[key],
    options,
  );
}

function knownKeys(adapter: Adapter): string[] {
  const { shape = {} } = adapter.options as { readonly shape?: Readonly<Record<string, unknown>> };
  return Object.keys(shape);
}

function placeOf({ position }: PlanRole, line = position?.line): string {
  return position === undefined ? '' : `${position.file}:${line}: `;
}

/** Give the place of an option; of its role where the file is not there, or has another role there. */
async function optionPlace(role: PlanRole, at: OptionPath, option: OptionPath | undefined): Promise<string> {
  const { file, line } = role.position ?? {};
  if (option === undefined || file === undefined) return placeOf(role);
  try {
    const { locate } = readSource(await readFile(file, 'utf8'), file);
    return placeOf(role, locate(at).line === line ? locate([...at, role.adapter, ...option]).line : line);
  } catch {
    // Only the place in a message depends on it.
    return placeOf(role);
  }
}
