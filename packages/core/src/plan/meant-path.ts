import { references } from '../expressions/references.ts';
import { formatPath } from '../paths/attribute-path.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import type { PlanInput, PlanRole } from './plan.ts';

/** An input that a role never asked for. */
export interface UnreadInput {
  /** Its attribute path, dotted. */
  readonly input: string;
  /** The path that its expression makes likely: `broker.port` for `broker.prot: ${broker.port}`. */
  readonly meant?: string;
}

/** Tell which inputs a role did not ask for, by their names, and what may have been meant by each. */
export function unreadInputs(
  role: Pick<PlanRole, 'inputs'> | undefined,
  names: readonly string[],
): readonly UnreadInput[] {
  return names.map((name) => {
    const input = role?.inputs.find(({ path }) => formatPath(path) === name);
    const meant = input === undefined ? undefined : meantPath(input);
    return { input: name, ...(meant === undefined ? {} : { meant }) };
  });
}

/** Write inputs that were not read, `broker.prot (did you mean "broker.port"?)`. */
export function unreadText(unread: readonly UnreadInput[]): string {
  return unread
    .map(({ input, meant }) => (meant === undefined ? input : `${input} (did you mean "${meant}"?)`))
    .join(', ');
}

/** People call an attribute as they call what it is made of: a word that is nearly that, and not quite, is a slip. */
function meantPath({ path, expression }: PlanInput): string | undefined {
  for (const need of references(expression)) {
    const owner = need.kind === 'gather' ? need.group : need.node.replace(/-\d+$/, '');
    const meant = path.map(
      (word, index) => didYouMean(word, [index === path.length - 1 ? need.output : owner]) ?? word,
    );
    if (meant.join('\0') !== path.join('\0')) return formatPath(meant);
  }
  return undefined;
}
