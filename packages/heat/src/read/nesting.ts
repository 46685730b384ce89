import type { CST } from 'yaml';

/** Levels of maps and lists that a template may have. Heat itself fails somewhere between 300 and 400, by the depth of its own stack. */
export const mostLevels = 300;

/** What is known of a text before its values are put together. */
export interface Survey {
  /** Where the first map or list begins that lies too deep; undefined when there is none. */
  readonly tooDeepOffset: number | undefined;
  /** Where a second document begins. */
  readonly secondOffset: number | undefined;
}

/** Look through the tokens of a text. Without recursion: the library's next step has it, and a deep text would end it. */
export function survey(tokens: readonly CST.Token[]): Survey {
  let tooDeepOffset: number | undefined;
  const open: (readonly [token: CST.Token, level: number])[] = [];
  const documents = tokens.filter((token) => token.type === 'document');
  for (const { value } of documents) if (value !== undefined) open.push([value, 1]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, level] = next;
    if (!('items' in token)) continue;
    if (level > mostLevels) tooDeepOffset = Math.min(token.offset, tooDeepOffset ?? token.offset);
    for (const { key, value } of token.items) {
      if (key) open.push([key, level + 1]);
      if (value !== undefined) open.push([value, level + 1]);
    }
  }
  return { tooDeepOffset, secondOffset: documents[1]?.offset };
}
