import { distance } from 'fastest-levenshtein';

/** Fold what people mix up: case, and the separators `-`, `_`, blank. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** The letters of a word in order, so that swapped letters compare equal. */
function letters(word: string): string {
  return [...word].sort().join('');
}

/**
 * Find the candidate that somebody probably meant when typing `word`.
 *
 * Close means: equal but for case, `-` and `_`; the same letters in another order; or one edit for every three
 * letters (at least one, for words of three letters or more).
 *
 * @returns The closest candidate, the first one of equals, or undefined when none is close.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const folded = fold(word);
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const target = fold(candidate);
    const score = folded === target ? 0 : letters(folded) === letters(target) ? 1 : distance(folded, target);
    const longest = Math.max(folded.length, target.length);
    const limit = longest < 3 ? 0 : Math.max(1, Math.floor(longest / 3));
    if (score <= limit && score < bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** Join words as a sentence does: `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words[words.length - 1]}`;
}

/**
 * Write the end of a message about an unknown word: a suggestion, or what there is.
 *
 * @param listed  Words before the list, `it has`; the list is cut after ten names.
 * @returns `; did you mean "x"?`, or `; it has a, b and c`, or nothing when there are no candidates.
 */
export function suggest(word: string, candidates: readonly string[], listed: string): string {
  const meant = didYouMean(word, candidates);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  if (candidates.length === 0) return '';
  const shown = candidates.slice(0, 10);
  return `; ${listed} ${candidates.length > shown.length ? `${shown.join(', ')}, ...` : joinWords(shown)}`;
}

/** Take the suggested word out of a message that `suggest` wrote; undefined when it only lists what there is. */
export function suggestionIn(message: string): string | undefined {
  return /; did you mean "([^"]*)"\?$/.exec(message)?.[1];
}
