import type * as z from 'zod';
import type { DocumentPath } from '../expressions/report.ts';
import { didYouMean, joinWords, suggest } from '../text/did-you-mean.ts';
import { typeWords } from '../text/type-words.ts';
import { isMap, type Json } from '../values/json.ts';
import { documentKeys, documentSchema, nodeKeys, outputKeys } from './document.ts';
import { type NameKind, nameProblem, nameRules } from './names.ts';
import type { ProblemList } from './problems.ts';

type Issue = z.core.$ZodIssue;

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a string',
  boolean: 'true or false',
  number: 'a whole number',
  int: 'a whole number',
};

/** Check the shape of a document: keys, types and the look of names. Roles' adapter keys are not looked at. */
export function checkShape(data: Json, problems: ProblemList): void {
  const result = documentSchema.safeParse(data);
  for (const issue of result.error?.issues ?? []) reportIssue(issue, issue.path as DocumentPath, data, problems);
}

function reportIssue(issue: Issue, path: DocumentPath, data: Json, problems: ProblemList): void {
  const value = valueAt(data, path);
  const name = String(path.at(-1) ?? '');
  const label = typeof path.at(-1) === 'number' ? `an entry of "${path.at(-2)}"` : `"${name}"`;
  if (value === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) {
    problems.report(path.slice(0, -1), `the key ${label} is missing`);
    return;
  }
  switch (issue.code) {
    case 'invalid_type':
      problems.report(
        path,
        `${label} must be ${typeNames[issue.expected] ?? issue.expected}, ${isWords(value)}${unitHint(name, value)}`,
      );
      return;
    case 'invalid_value':
      problems.report(path, valueProblem(name, issue.values, value));
      return;
    case 'unrecognized_keys':
      for (const key of issue.keys) {
        problems.report([...path, key], `unknown key "${key}"${suggest(key, keysAt(path), 'known here are')}`);
      }
      return;
    case 'invalid_union':
      reportOutput(issue.errors, path, data, problems);
      return;
    case 'invalid_key':
      for (const inner of issue.issues) reportName(inner.message, name, path, problems);
      return;
    case 'invalid_format':
      reportName(issue.message, typeof value === 'string' ? value : '', path, problems);
      return;
    default:
      problems.report(path, issue.message);
  }
}

/** A duration without a unit is the number that somebody had in mind in seconds. */
function unitHint(name: string, value: Json | undefined): string {
  return ['deadline', 'grace'].includes(name) && typeof value === 'number'
    ? `; with its unit it reads "${value}s"`
    : '';
}

/** An output is text or a map; tell what is wrong with the one that it is. */
function reportOutput(
  branches: readonly (readonly Issue[])[],
  path: DocumentPath,
  data: Json,
  problems: ProblemList,
): void {
  const value = valueAt(data, path);
  if (!isMap(value)) {
    problems.report(
      path,
      `"${String(path.at(-1))}" must be an attribute path, or a map with ${joinWords(outputKeys)}, ${isWords(value)}`,
    );
    return;
  }
  for (const issue of branches[1] ?? []) reportIssue(issue, [...path, ...(issue.path as DocumentPath)], data, problems);
}

function reportName(kind: string, name: string, path: DocumentPath, problems: ProblemList): void {
  const message = Object.hasOwn(nameRules, kind) ? nameProblem(kind as NameKind, name) : kind;
  if (message !== undefined) problems.report(path, message);
}

function valueProblem(name: string, values: readonly unknown[], value: Json | undefined): string {
  if (name === 'heddle') return `"heddle" must be 1: this is the version of the format that this Heddle reads`;
  const words = values.map(String);
  const meant = typeof value === 'string' ? didYouMean(value, words) : undefined;
  return `"${name}" must be ${joinWords(words, 'or')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

function keysAt(path: DocumentPath): readonly string[] {
  if (path.length === 0) return documentKeys;
  return path.length === 2 ? nodeKeys : outputKeys;
}

function isWords(value: Json | undefined): string {
  return value === null || value === undefined ? 'has no value' : `is ${typeWords(value)}`;
}

/** The value at a path, undefined when there is none. */
function valueAt(data: Json, path: DocumentPath): Json | undefined {
  let current: Json | undefined = data;
  for (const segment of path) {
    if (Array.isArray(current)) current = (current as readonly Json[])[Number(segment)];
    else current = isMap(current) && Object.hasOwn(current, segment) ? current[String(segment)] : undefined;
  }
  return current;
}
