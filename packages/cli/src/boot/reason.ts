import type { ErrorData } from '@heddle/core';
import type { NodeFile } from './node-file.ts';
import { urlSecrets } from './url-user.ts';

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

/** The passwords by which this machine reaches its store and its content. */
export function bootSecrets(
  { store, content }: Pick<NodeFile, 'store' | 'content'>,
  password: string | undefined,
): readonly string[] {
  const own = password === undefined || password === '' ? [] : [password];
  return [...urlSecrets(store), ...(content === null ? [] : urlSecrets(content.url)), ...own];
}
