import { type ErrorData, passwordOf } from '@heddle/core';

/** As much as a list of stacks shows of a reason, in characters. */
const longest = 1000;
const mostLines = 3;

/**
 * Write an error as the reason of a failed boot: one to three lines, at most 1000 characters.
 *
 * @param masked  Takes secrets out of a text.
 */
export function reasonText({ code, message, notes = [] }: ErrorData, masked: (text: string) => string): string {
  const lines = [`[${code}] ${message}`, ...notes]
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '');
  const text = masked(lines.slice(0, mostLines).join('\n'));
  return text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
}

/** The passwords by which this machine reaches its store. */
export function storeSecrets(storeUrl: string, password: string | undefined): readonly string[] {
  const written = passwordOf(storeUrl);
  const found = [written, written === undefined ? undefined : decoded(written), password];
  return [...new Set(found.filter((text): text is string => text !== undefined && text !== ''))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // It is a password as it is.
    return text;
  }
}
