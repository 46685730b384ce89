/** What a machine's Ruby and Python do not read, and people read elsewhere: lines with nothing but a comment. Those of licences stay. */
const kept = /^#!|\b(?:frozen_string_literal|copyright|licen[cs]e|spdx)\b|coding[:=]/i;

/**
 * Make lines empty that hold a comment and nothing else; every other line keeps its number, which errors name.
 *
 * @param path  Its ending says the language; what is neither Ruby nor Python stays as it is.
 * @throws Error for a Ruby file in which such a line may be something else.
 */
export function blankComments(path: string, text: string): string {
  if (path.endsWith('.rb')) return blankRuby(path, text);
  return path.endsWith('.py') ? blankPython(text) : text;
}

function blankRuby(path: string, text: string): string {
  if (/<<[~-]?["'`]?[A-Z_]|^=begin\b|^__END__$/m.test(text)) {
    throw new Error(`${path} holds text in which a line may begin like a comment: a here-document, =begin or __END__`);
  }
  return text.replace(/^[ \t]*#.*$/gm, blank);
}

/**
 * A text that has a name stays: the documentation of a plugin is one, and declares its options. What says what a function or a module does is empty
 * then, as a body needs a statement, and has as many lines as before.
 */
function blankPython(text: string): string {
  const parts = text.split(/("""[\s\S]*?"""|'''[\s\S]*?''')/);
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(/^[ \t]*#.*$/gm, blank);
      const isAlone = /(?:^|\n)[ \t]*$/.test(parts[index - 1] ?? '') && /^[ \t]*(?:\n|$)/.test(parts[index + 1] ?? '');
      return isAlone ? `""${part.replace(/[^\n]/g, '')}` : part;
    })
    .join('');
}

function blank(line: string): string {
  return kept.test(line.trim()) ? line : '';
}
