import { type AccessMode, HeddleError, type Json, parseDuration } from '@heddle/core';
import { InvalidArgumentError, Option } from 'commander';

/** How the nodes of an epoch that is started connect to the store. */
export interface AccessOptions {
  readonly access?: Exclude<AccessMode, 'best'>;
}

/** `--access`, for the commands that start an epoch. */
export function accessOption(): Option {
  return new Option(
    '--access <how>',
    'node: every node gets credentials of its own and sees what its roles read; shared: all connect as you do; default: node where the store can and you may, else shared, if no output is sensitive',
  ).choices(['node', 'shared']);
}

/** Read a duration such as 90s or 10m for commander. */
export function durationOption(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Collect `--set NAME=VALUE`: text, or JSON after `:=`. */
export function setOption(text: string, before: Record<string, Json> = {}): Record<string, Json> {
  const match = /^([a-zA-Z_][\w-]*)(:?=)(.*)$/s.exec(text);
  if (match === null) throw new InvalidArgumentError(`"${text}" is not NAME=VALUE`);
  const [, name = '', operator, value = ''] = match;
  return { ...before, [name]: operator === ':=' ? jsonValue(name, value) : value };
}

function jsonValue(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new HeddleError('usage', `the value of ${name} is not JSON: ${(cause as Error).message}`, {
      cause,
      next: [`quote it for the shell: --set '${name}:=[1, 2]'; ${name}=TEXT sets text`],
    });
  }
}
