import type { Hot } from '../model/hot.ts';
import type { RoleInput } from '../model/role.ts';
import { ExactNumber } from '../read/data.ts';

/**
 * Find the texts and numbers that a sensitive input has beside what it reads: entries of maps and items of lists, also of those that a
 * function puts together, and what `if` chooses.
 *
 * Arguments of other functions are no values: text that stands there is a delimiter or a template. An input that is nothing but constants is
 * refused elsewhere.
 */
export function secretConstants({ value, calls, isSensitive }: RoleInput): readonly Hot[] {
  return isSensitive && calls.length > 0 ? [...constantsIn(value)] : [];
}

/** Functions whose arguments are maps and lists that they hand on as they are. */
const puttingTogether: readonly string[] = ['list_concat', 'list_concat_unique', 'map_merge'];

function* constantsIn(hot: Hot): Generator<Hot> {
  switch (hot.kind) {
    case 'literal':
      if (
        hot.data !== '' &&
        (typeof hot.data === 'string' || typeof hot.data === 'number' || hot.data instanceof ExactNumber)
      )
        yield hot;
      return;
    case 'list':
      for (const item of hot.items) yield* constantsIn(item);
      return;
    case 'map':
      for (const [, item] of hot.entries) yield* constantsIn(item);
      return;
    case 'call':
      if (puttingTogether.includes(hot.name)) yield* constantsIn(hot.argument);
      if (hot.name !== 'if' || hot.argument.kind !== 'list') return;
      for (const branch of hot.argument.items.slice(1)) yield* constantsIn(branch);
  }
}
