import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HeddleError, type Plan, type Traits } from '@heddle/core';
import { type CompiledTemplate, compileTemplate, type ReferenceRow } from '@heddle/heat';
import { adapterTraits } from '../adapters.ts';
import { traitsOf } from '../deployment/adapter-traits.ts';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { findOutputs } from '../deployment/find-outputs.ts';
import { plainTable } from '../output/table.ts';
import { compileOptions, type TemplateFlags } from './template-options.ts';

/**
 * Compile a template file and check its roles against the cookbooks and playbooks beside it.
 *
 * @param output  Where the standard template will be written, if it goes into a file.
 * @throws plan-invalid, usage
 */
export async function compileTemplateFile(
  path: string,
  text: string,
  flags: TemplateFlags,
  output?: string,
): Promise<CompiledTemplate> {
  const directory = dirname(resolve(path));
  const compile = (traits: Traits) => compileTemplate(text, { ...compileOptions(path, flags, output), traits });
  const first = compile(adapterTraits);
  // Only its plan says which packages it names; none of the values that they publish has a name in a template.
  const traits = await traitsOf(adaptersOf(first.plan), directory);
  const compiled = traits.size === adapterTraits.size ? first : compile(traits);
  // On the machines the roles find their files in the content; here they lie beside the template.
  const here = { ...compiled.plan, directory };
  await checkAdapters(here);
  const { plan } = await findOutputs(here);
  return { ...compiled, plan: { ...plan, directory: compiled.plan.directory } };
}

function adaptersOf({ nodes }: Plan): readonly string[] {
  return [...new Set(nodes.flatMap(({ roles }) => roles.map(({ adapter }) => adapter)))];
}

/** Where template and plan are written; undefined is standard output for the template, nowhere for the plan. */
export interface CompiledFiles {
  readonly template: string | undefined;
  readonly plan: string | undefined;
}

/** Choose the files from the flags: the plan goes beside the template, and nowhere when that is printed. @throws usage when both are one. */
export function compiledFiles({ output, plan }: { readonly output?: string; readonly plan?: string }): CompiledFiles {
  const template = output === '-' ? undefined : output;
  if (template !== undefined && plan !== undefined && resolve(plan) === resolve(template)) {
    throw new HeddleError('usage', `-o and --plan both name ${template}: the template and its plan are two files`);
  }
  return { template, plan: plan ?? (template === undefined ? undefined : join(dirname(template), 'plan.json')) };
}

/** Write template and plan. @throws config-invalid */
export async function writeCompiled(compiled: CompiledTemplate, files: CompiledFiles): Promise<void> {
  if (files.template === undefined) process.stdout.write(compiled.template);
  else await write(files.template, compiled.template);
  if (files.plan !== undefined) await write(files.plan, planText(compiled.plan));
}

/** Write a plan as text: the bytes that its digest is of. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** Print warnings, and who resolves what, for a person: to standard error. */
export function printReport({ plan, references, notes }: CompiledTemplate): void {
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  if (references.length > 0) process.stderr.write(`${referenceTable(references)}\n`);
}

function referenceTable(references: readonly ReferenceRow[]): string {
  const table = plainTable(['ROLE', 'INPUT', 'READS', 'RESOLVED', 'BY']);
  for (const { node, role, input, reference, resolved, by } of references) {
    table.push([`${node}.${role}`, input, reference, resolved, by]);
  }
  return table.toString();
}

/** Write a file that the user named. @throws config-invalid */
export async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new HeddleError('config-invalid', `nothing can be written to ${file}: ${(cause as Error).message}`, {
      cause,
      next: ['name a file in a folder that exists and is yours'],
    });
  }
}
