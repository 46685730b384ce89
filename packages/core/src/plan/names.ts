/** One kind of name in a deployment: how it must look, and how to say so. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly words: string;
  /** Stands in for a character that is not allowed. */
  readonly filler: string;
}

const hyphenated = {
  pattern: /^[a-z][a-z0-9-]*$/,
  words: 'lower-case letters, digits and "-", a letter first',
  filler: '-',
};
const underscored = {
  pattern: /^[a-z][a-z0-9_]*$/,
  words: 'lower-case letters, digits and "_", a letter first',
  filler: '_',
};

/** The rules of names by what they name. */
export const nameRules = {
  deployment: hyphenated,
  node: hyphenated,
  role: underscored,
  output: underscored,
  param: { pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/, words: 'letters, digits, "_" and "-", a letter first', filler: '_' },
} as const satisfies Record<string, NameRule>;

export type NameKind = keyof typeof nameRules;

/** Names that `${...}` gives another meaning, so that no node may have them. */
export const reservedNames: readonly string[] = ['self', 'params'];

/** Say what is wrong with a name, with the nearest name that would do; undefined when it is fine. */
export function nameProblem(kind: NameKind, name: string): string | undefined {
  if (kind === 'node' && reservedNames.includes(name))
    return `no node can be named "${name}": \${${name}...} means something else`;
  const { pattern, words, filler } = nameRules[kind];
  if (pattern.test(name)) return undefined;
  const repaired = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, filler)
    .replace(/^[^a-z]+/, '');
  const hint = pattern.test(repaired) ? `; did you mean "${repaired}"?` : '';
  return `"${name}" is no ${kind} name: ${words}${hint}`;
}

/** Split `NODE.NAME`, which names a role or an output in its deployment: no node has a dot in its name. */
export function splitName(qualified: string): readonly [node: string, name: string] {
  const dot = qualified.indexOf('.');
  return [qualified.slice(0, dot), qualified.slice(dot + 1)];
}
