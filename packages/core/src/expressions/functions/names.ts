/**
 * The functions that an expression can call: those of Heat templates that take values and give one, and `select`, which
 * follows computed segments into a value: `[VALUE, SEGMENT, ...]`.
 */
export const functionNames = [
  'contains',
  'digest',
  'filter',
  'list_concat',
  'list_concat_unique',
  'list_join',
  'make_url',
  'map_merge',
  'map_replace',
  'repeat',
  'select',
  'str_replace',
  'str_replace_strict',
  'str_replace_vstrict',
  'str_split',
] as const;

export type FunctionName = (typeof functionNames)[number];
