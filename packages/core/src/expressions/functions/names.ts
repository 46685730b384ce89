/** The functions that an expression can call: those of Heat templates that take values and give one. */
export const functionNames = ['str_replace', 'str_replace_strict', 'list_join'] as const;

export type FunctionName = (typeof functionNames)[number];
