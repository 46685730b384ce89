import { isMap, type Json } from '../values/json.ts';
import { refuseUnknown, waitKeys } from './gather-form.ts';
import type { DocumentPath, ReportProblem } from './report.ts';
import { parseTemplate, type Template } from './template.ts';

/** An input as written: its value, and how to wait for it. */
export interface InputTemplate {
  readonly value: Template;
  /** As written; absent when the input says nothing. */
  readonly deadline?: Json;
  readonly missing?: Json;
  readonly default?: Template;
}

/**
 * Read an input: `{ $value: ..., deadline, missing, default }`, `{ $gather: ... }` with the same three keys, or plain data.
 *
 * Faults, unknown keys of a long form among them, go to `report`.
 */
export function parseInput(data: Json, path: DocumentPath, report: ReportProblem): InputTemplate {
  const hasValue = isMap(data) && Object.hasOwn(data, '$value');
  if (!isMap(data) || !(hasValue || Object.hasOwn(data, '$gather')))
    return { value: parseTemplate(data, path, report) };
  let value: Template;
  if (hasValue) {
    refuseUnknown(data, ['$value', ...waitKeys], path, report);
    value = parseTemplate(data.$value as Json, [...path, '$value'], report);
  } else {
    const gather = Object.fromEntries(Object.entries(data).filter(([key]) => !waitKeys.includes(key)));
    value = parseTemplate(gather, path, report);
  }
  return {
    value,
    ...(data.deadline === undefined ? {} : { deadline: data.deadline }),
    ...(data.missing === undefined ? {} : { missing: data.missing }),
    ...(data.default === undefined
      ? {}
      : { default: parseTemplate(data.default, [...path, 'default'], report, 'default') }),
  };
}
