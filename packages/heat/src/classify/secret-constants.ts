import type { Hot, HotCall } from '../model/hot.ts';
import type { RoleInput } from '../model/role.ts';
import { ExactNumber } from '../read/data.ts';

/**
 * Find the texts and numbers that a sensitive input has beside what it reads: entries of maps and items of lists, also of those that a
 * function hands on.
 *
 * Arguments of other functions are no values: text that stands there is a delimiter or a template. An input that is nothing but constants is
 * refused elsewhere.
 */
export function secretConstants({ value, calls, isSensitive }: RoleInput): readonly Hot[] {
  return isSensitive && calls.length > 0 ? [...constantsIn(value)] : [];
}

/** List what may be in the value of a call as it stands among the arguments. */
function handedOn({ name, argument }: HotCall): readonly Hot[] {
  const items = argument.kind === 'list' ? argument.items : [];
  switch (name) {
    case 'list_concat':
    case 'list_concat_unique':
    case 'map_merge':
      return [argument];
    case 'filter':
    case 'if':
      return items.slice(1);
    case 'map_replace': {
      const [map, replacements] = items;
      const entries = replacements?.kind === 'map' ? replacements.entries : [];
      const values = entries.flatMap(([key, value]) => (key === 'values' ? [value] : []));
      return map === undefined ? [] : [map, ...values];
    }
    default:
      return [];
  }
}

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
      for (const part of handedOn(hot)) yield* constantsIn(part);
  }
}
