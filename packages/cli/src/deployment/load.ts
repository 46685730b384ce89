import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { type AdapterProblem, loadAdapter } from '@heddle/agent';
import { compile, evaluate, HeddleError, type Json, parsePlan, type Plan, type PlanRole, toHeddleError } from '@heddle/core';
import { adapters } from '../adapters.ts';

export interface LoadOptions {
  /** From `--set`. */
  readonly params?: Readonly<Record<string, Json>>;
  /** From `--deadline`, milliseconds. */
  readonly deadlineMs?: number;
}

/** Read a deployment file and compile it, or read a plan that `heddle compile` wrote. Throws config-invalid and plan-invalid with the place of every mistake. */
export async function loadPlan(path: string, options: LoadOptions = {}): Promise<Plan> {
  const file = resolve(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : toHeddleError(cause).message;
    throw new HeddleError('config-invalid', `cannot read ${path}: ${why}`, { cause, next: ['name the deployment file: heddle up FILE'] });
  }
  if (isPlan(text)) return readPlan(text, path, options);
  return compile(text, {
    file: relative(process.cwd(), file) || file,
    directory: dirname(file),
    ...(options.params === undefined ? {} : { params: options.params }),
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });
}

/** A compiled plan is JSON that says so; every other text is a deployment file. */
function isPlan(text: string): boolean {
  return text.trimStart().startsWith('{') && text.includes('"heddlePlan"');
}

function readPlan(text: string, path: string, { params, deadlineMs }: LoadOptions): Plan {
  if (params !== undefined || deadlineMs !== undefined) {
    throw new HeddleError('usage', `${path} is a compiled plan: its parameters and deadlines are settled`, {
      next: ['give --set and --deadline to heddle compile'],
    });
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new HeddleError('config-invalid', `${path} is no JSON: ${(cause as Error).message}`, { cause, next: ['write the plan again with heddle compile'] });
  }
  return parsePlan(data, path);
}

/** Look for what would make roles fail before they start: options that the adapter refuses, files that are not there. */
export async function checkAdapters(plan: Plan): Promise<void> {
  const problems = new Map<string, { text: string; next?: string }>();
  for (const node of plan.nodes) {
    for (const role of node.roles) {
      for (const problem of await checkRole(plan, role)) {
        const text = `${placeOf(role)}role ${role.name}: ${problem.message}`;
        problems.set(text, { text, ...(problem.next === undefined ? {} : { next: problem.next }) });
      }
    }
  }
  if (problems.size === 0) return;
  const found = [...problems.values()];
  const [only] = found;
  const next = [...new Set(found.flatMap((problem) => problem.next ?? []))];
  if (found.length === 1 && only !== undefined) throw new HeddleError('plan-invalid', only.text, { next });
  throw new HeddleError('plan-invalid', `${found.length} mistakes in the roles`, { notes: found.map(({ text }) => text), next });
}

async function checkRole(plan: Plan, role: PlanRole): Promise<readonly AdapterProblem[]> {
  const adapter = await loadAdapter(role.adapter, adapters, plan.directory);
  const options = evaluate(role.options, { directory: plan.directory });
  const parsed = adapter.options.safeParse(options);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => ({
      message: `the options of ${role.adapter} are wrong${issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`}: ${issue.message}`,
    }));
  }
  return adapter.check({ role, options, directory: plan.directory });
}

function placeOf(role: PlanRole): string {
  return role.position === undefined ? '' : `${role.position.file}:${role.position.line}: `;
}
