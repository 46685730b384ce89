import { type HeddleError, isHeddleError, type Plan } from '@heddle/core';

/** One thing that validate found. */
export interface Finding {
  /** Null for what has no place in a file. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  /** `E_REF`, `W_SECRET` ... for templates; null elsewhere. */
  readonly code: string | null;
  readonly text: string;
}

/** What `heddle validate -o json` prints. */
export interface Validation {
  readonly file: string;
  readonly valid: boolean;
  readonly nodes: number;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Give what was found in a file that compiles. */
export function validationOf(file: string, { nodes }: Plan, warnings: readonly string[]): Validation {
  return { file, valid: true, nodes: nodes.length, errors: [], warnings: warnings.map(findingOf) };
}

/** Give what is wrong with a file, or undefined when the error is about something else than files. */
export function validationOfError(file: string, thrown: unknown): Validation | undefined {
  if (!isHeddleError(thrown) || !isAboutFile(thrown)) return undefined;
  const lines = thrown.notes.length > 0 ? thrown.notes : [thrown.message];
  return { file, valid: false, nodes: 0, errors: lines.map(findingOf), warnings: [] };
}

function isAboutFile({ code }: HeddleError): boolean {
  return code === 'plan-invalid' || code === 'config-invalid';
}

/** Take `FILE:LINE: CODE: text` apart, the one form of errors and warnings. */
function findingOf(text: string): Finding {
  const [, file, line, rest = text] = /^(.+?):(\d+):(?:\d+:)? ([^]*)$/.exec(text) ?? [];
  const [, code, plain = rest] = /^([EW]_[A-Z_]+): ([^]*)$/.exec(rest) ?? [];
  return { file: file ?? null, line: line === undefined ? null : Number(line), code: code ?? null, text: plain };
}
