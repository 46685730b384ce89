import { isMap, type Json } from '@heddle/core';

/** The outputs of a stack by name. */
export interface StackOutputs {
  /** An output that has no value yet is left out. */
  readonly values: ReadonlyMap<string, Json>;
  /** Why Heat cannot tell an output, in its words. */
  readonly errors: ReadonlyMap<string, string>;
}

/**
 * Read what OpenStack's client prints with `-f json`: `stack output show --all` (a map from name to an output, itself as JSON
 * text), or `stack show` (outputs as a list).
 *
 * Null and what is empty is no value yet: Heat gives it for what is not made so far.
 *
 * @returns undefined for text that is none of these.
 */
export function parseOutputs(text: string): StackOutputs | undefined {
  const data = parsed(text);
  if (data === undefined) return undefined;
  const list = isMap(data) && Array.isArray(data['outputs']) ? data['outputs'] : data;
  const outputs = Array.isArray(list) ? list : isMap(list) ? Object.values(list).map(unwrapped) : undefined;
  if (outputs === undefined) return undefined;
  const values = new Map<string, Json>();
  const errors = new Map<string, string>();
  for (const output of outputs) {
    if (!isMap(output) || typeof output['output_key'] !== 'string') return undefined;
    const value = output['output_value'] ?? null;
    const error = output['output_error'];
    if (error !== undefined)
      errors.set(output['output_key'], typeof error === 'string' ? error : JSON.stringify(error));
    else if (!isEmpty(value)) values.set(output['output_key'], value);
  }
  return { values, errors };
}

/** Tell whether a list or map of members' values has none yet for one of them. */
export function lacksMember(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).some(isEmpty);
}

function unwrapped(output: Json): Json | undefined {
  return typeof output === 'string' ? parsed(output) : output;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // What is no JSON is not the answer that was asked for; the caller says so.
    return undefined;
  }
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
