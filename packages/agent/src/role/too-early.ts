import { formatPath, HeddleError, type PlanRole } from '@heddle/core';
import type { TooEarlyAdvice } from '../adapters/adapter.ts';

/** A read of what the same run writes. */
export interface OwnRead {
  /** Of the input. */
  readonly path: readonly string[];
  readonly output: string;
  /** The reader's place. */
  readonly source: string | undefined;
  /** In the words of the role's tool. */
  readonly advice: TooEarlyAdvice | undefined;
}

/** Make the error of a run that reads while it compiles what it writes only when it converges: it would wait for itself. */
export function tooEarlyError(node: string, role: PlanRole, { path, output, source, advice }: OwnRead): HeddleError {
  const place = source === undefined ? '' : ` (${source})`;
  const written = role.outputs.find(({ name }) => name === output)?.path ?? [output];
  const input = formatPath(path);
  return new HeddleError(
    'deadlock',
    `${node} role ${role.name}${place} reads ${input} while its run compiles, and this same run has not written it yet (output ${output}, ${formatPath(written)})`,
    {
      notes: advice === undefined ? [] : [advice.note],
      next: [
        advice?.next ?? 'read it in a step that comes after the one that writes it, and not while the run compiles',
        'or make what writes it a role of its own before this one: every role is a run, which has ended when the next one compiles',
      ],
      details: { node, role: role.name, input, output, ...(source === undefined ? {} : { source }) },
    },
  );
}
