import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';
import { type CompiledTemplate, compileTemplate, type ReferenceRow } from '@heddle/heat';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { plainTable } from '../output/table.ts';
import { compileOptions, type TemplateFlags } from './template-options.ts';

/** Compile a template file and check its roles against the cookbooks and playbooks beside it. Throws plan-invalid, usage. */
export async function compileTemplateFile(
  path: string,
  text: string,
  flags: TemplateFlags & { readonly output?: string },
): Promise<CompiledTemplate> {
  const output = flags.output === '-' ? undefined : flags.output;
  const compiled = compileTemplate(text, compileOptions(path, flags, output));
  // On the machines the roles find their files in the content; here they lie beside the template.
  await checkAdapters({ ...compiled.plan, directory: dirname(resolve(path)) });
  return compiled;
}

/** Write template and plan; the plan has no default place when the template goes to standard output. */
export async function writeCompiled(
  compiled: CompiledTemplate,
  files: { readonly output?: string; readonly plan?: string },
): Promise<void> {
  const { output } = files;
  const isPrinted = output === undefined || output === '-';
  const planFile = files.plan ?? (isPrinted ? undefined : join(dirname(output), 'plan.json'));
  if (planFile !== undefined && output !== undefined && resolve(planFile) === resolve(output)) {
    throw new HeddleError('usage', `-o and --plan both name ${output}: the template and its plan are two files`);
  }
  if (isPrinted) process.stdout.write(compiled.template);
  else await write(output, compiled.template);
  if (planFile !== undefined) await write(planFile, `${JSON.stringify(compiled.plan, null, 2)}\n`);
}

/** Print warnings, and who resolves what, for a person: to standard error. */
export function printReport({ plan, references }: CompiledTemplate): void {
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
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
    throw new HeddleError('config-invalid', `${file} cannot be written: ${(cause as Error).message}`, {
      cause,
      next: ['name a file in a folder that exists and is yours'],
    });
  }
}
