/** Give the place of the first character at or behind `at` that is no blank. */
export function skipBlanks(text: string, at: number): number {
  let place = at;
  while (text.charCodeAt(place) <= 32) place += 1;
  return place;
}

/** Give the place behind the string that begins at `at`. */
export function stringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); ; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
}

/** Read the string between two places, its quotes included. */
export function stringAt(text: string, at: number, end: number): string {
  const inside = text.slice(at + 1, end - 1);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
}

/** Give the place behind the number, `true`, `false` or `null` at `at`. */
export function wordEnd(text: string, at: number): number {
  word.lastIndex = at;
  return word.test(text) ? word.lastIndex : at;
}

const word = /[-+.\w]+/y;

/** Give the place behind the value that begins at `at`. */
export function valueEnd(text: string, at: number): number {
  let place = at;
  let depth = 0;
  do {
    const character = text[place];
    if (character === '"') {
      place = stringEnd(text, place);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (depth === 0) return wordEnd(text, place);
    place += 1;
  } while (depth > 0);
  return place;
}
