import { formatPath, HeddleError, type PlanRole } from '@heddle/core';

/** A read of what the same run writes. */
export interface OwnRead {
  readonly input: string;
  readonly output: string;
  /** The reader's place. */
  readonly source: string | undefined;
}

/** Make the error of a run that reads while it compiles what it writes only when it converges: it would wait for itself. */
export function tooEarlyError(node: string, role: PlanRole, { input, output, source }: OwnRead): HeddleError {
  const place = source === undefined ? '' : ` (${source})`;
  const path = role.outputs.find(({ name }) => name === output)?.path ?? [output];
  const read = `node${input
    .split('.')
    .map((segment) => `['${segment}']`)
    .join('')}`;
  return new HeddleError(
    'deadlock',
    `${node} role ${role.name}${place} reads ${input} while its run compiles, and this same run has not written it yet (output ${output}, ${formatPath(path)})`,
    {
      notes: [
        'a run has two phases: it compiles all recipes of the run list, in order, and only then converges their resources; what a resource writes is not there while any recipe compiles',
      ],
      next: [
        `read it at converge, after the resource that writes it: lazy { ${read} } in a property, a guard, or the block of a ruby_block`,
        'or make what writes it a role of its own before this one: every role is a run, which has ended when the next one compiles',
      ],
      details: { node, role: role.name, input, output, ...(source === undefined ? {} : { source }) },
    },
  );
}
