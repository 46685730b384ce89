import type { ErrorData } from './heddle-error.ts';

/**
 * Write an error the way every command prints it: code and message, then notes, then what to do next.
 *
 * @returns Lines without a trailing newline; continuation lines are indented by two spaces.
 */
export function formatError(error: ErrorData): string {
  const lines = [`[${error.code}] ${error.message}`];
  for (const note of error.notes ?? []) lines.push(...note.split('\n').map((line) => `  ${line}`));
  for (const next of error.next ?? []) lines.push(`  try: ${next}`);
  return lines.join('\n');
}
