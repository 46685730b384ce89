import type { Json } from '../../values/json.ts';

/** What Python holds for false: null, false, zero, and what is empty. */
export function isNothing(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}
