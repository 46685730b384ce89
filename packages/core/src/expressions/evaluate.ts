import { HeddleError } from '../errors/heddle-error.ts';
import { joinWords } from '../text/did-you-mean.ts';
import { typeWords } from '../text/type-words.ts';
import { isMap, type Json, jsonTypeOf } from '../values/json.ts';
import { chosen } from './choose.ts';
import { type Expression, memberName, type Segments } from './expression.ts';
import { callFunction } from './functions/call.ts';
import type { FunctionName } from './functions/names.ts';
import { selection } from './functions/select.ts';
import type { GatherNeed } from './references.ts';
import { formatSegments } from './syntax.ts';

/** What stands for a computed segment in messages. */
const computedWords = '[...]';

/** What gives the values while an expression is evaluated; what the expression does not need may be left out. */
export interface Lookup {
  /** The value of another role's output; it must be there by now. */
  value?(node: string, output: string): Json;
  /** Member name and value of the members that are present: all of them, or with `atLeast` enough of them. */
  gather?(need: GatherNeed): Iterable<readonly [string, Json]>;
  /** The value of an output of the reader's own role, from the local level. */
  local?(output: string): Json;
  /** A value that came with the machine's user data. */
  static?(id: string): Json;
  /** The node's own working folder, absolute. */
  readonly directory?: string;
  /** False: messages may name the keys of a value that lacks a segment. @default true */
  readonly sensitive?: boolean;
}

/**
 * Compute the value of an expression. What the lookup gives is data: a `${...}` inside it stays as it is.
 *
 * In text, strings stand as they are, numbers and booleans as JSON. A gather is a list in index order, or a map by the names or indexes of the members.
 *
 * @throws `segment-missing` when a value lacks a segment of its reference; `wrong-type` when null, a list or a map
 *   is to stand inside text, or a function gets what it does not take; whatever the lookup throws.
 */
export function evaluate(expression: Expression, lookup: Lookup): Json {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'reference':
      return pick(
        supplied(lookup.value?.(expression.node, expression.output), expression),
        expression.segments,
        `${expression.node}.${expression.output}`,
        lookup,
      );
    case 'local':
      return pick(
        supplied(lookup.local?.(expression.output), expression),
        expression.segments,
        `this role's ${expression.output}`,
        lookup,
      );
    case 'gather':
      return collect(expression, lookup);
    case 'dir':
      return supplied(lookup.directory, expression);
    case 'static':
      return supplied(lookup.static?.(expression.id), expression);
    case 'call':
      return call(expression.function, evaluate(expression.argument, lookup), lookup);
    case 'choice':
      return evaluate(chosen(expression, supplied(lookup.static?.(expression.by), expression)), lookup);
    case 'text':
      return expression.parts.map((part) => asText(evaluate(part, lookup), part)).join('');
    case 'list':
      return expression.items.map((item) => evaluate(item, lookup));
    case 'map':
      return Object.fromEntries(expression.entries.map(([key, value]) => [key, evaluate(value, lookup)]));
  }
}

/**
 * Follow segments into a value.
 *
 * @param name  The output that the value is of, for messages.
 * @param options.areComputed  The segments are values themselves: `[...]` stands for each. @default false
 * @throws `segment-missing`; the message names the type and, when nothing is sensitive, the keys that there are, never a value.
 */
export function pick(
  value: Json,
  segments: Segments,
  name: string,
  { sensitive = true, areComputed = false }: { readonly sensitive?: boolean; readonly areComputed?: boolean } = {},
): Json {
  const words = (some: Segments) => (areComputed ? computedWords.repeat(some.length) : formatSegments(some));
  let current = value;
  for (const [at, segment] of segments.entries()) {
    const next = step(current, segment);
    if (next === undefined) {
      const reference = `${name}${words(segments)}`;
      const walked = `${name}${words(segments.slice(0, at))}`;
      throw new HeddleError(
        'segment-missing',
        `${reference}: ${walked} has no ${words([segment])}: ${describe(current, segment, sensitive)}`,
        { details: { reference, segment: areComputed ? computedWords : segment, type: jsonTypeOf(current) } },
      );
    }
    current = next;
  }
  return current;
}

/** Name an expression for messages: `db.host`, `web[*].ip`; undefined for what reads nothing. */
export function expressionName(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'reference':
      return `${expression.node}.${expression.output}${formatSegments(expression.segments)}`;
    case 'local':
      return `this role's ${expression.output}${formatSegments(expression.segments)}`;
    case 'gather':
      return `${expression.group}[*].${expression.output}${formatSegments(expression.segments)}`;
    default:
      return undefined;
  }
}

function call(name: FunctionName, argument: Json, lookup: Lookup): Json {
  if (name !== 'select') return callFunction(name, argument);
  const { value, segments } = selection(argument);
  return pick(value, segments, 'the value', { ...lookup, areComputed: true });
}

function step(value: Json, segment: string | number): Json | undefined {
  if (typeof segment === 'number') return Array.isArray(value) ? (value[segment] as Json | undefined) : undefined;
  return isMap(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** What the lookup gave; a lookup without it is a fault of its caller. */
function supplied<T>(value: T | undefined, expression: Expression): T {
  if (value !== undefined) return value;
  throw new HeddleError(
    'unexpected',
    `${expressionName(expression) ?? expression.kind} was evaluated before it was there`,
  );
}

function collect(gather: GatherNeed, lookup: Lookup): Json {
  const present = new Map(supplied(lookup.gather?.(gather), gather));
  const entries: [string, Json][] = [];
  const keyOf = (member: string, index: number) => (gather.as === 'by-index' ? String(index) : member);
  for (let index = 0; index < gather.count; index += 1) {
    const member = memberName(gather.group, index);
    const value = present.get(member);
    if (value !== undefined)
      entries.push([keyOf(member, index), pick(value, gather.segments, `${member}.${gather.output}`, lookup)]);
  }
  const needed = gather.atLeast ?? gather.count;
  if (entries.length < needed) {
    throw new HeddleError(
      'unexpected',
      `${gather.group}[*].${gather.output} was evaluated with ${entries.length} of ${needed} members`,
    );
  }
  return gather.as === 'list' ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

function asText(value: Json, part: Expression): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  const name = expressionName(part) ?? 'a value';
  throw new HeddleError(
    'wrong-type',
    `${name} is ${typeWords(value)}: only text, numbers and booleans can stand inside text`,
    {
      details: { reference: name, type: jsonTypeOf(value) },
    },
  );
}

function describe(value: Json, segment: string | number, sensitive: boolean): string {
  if (Array.isArray(value)) {
    const items =
      value.length === 0 ? 'it is an empty list' : sensitive ? 'it is a list' : `it is a list of ${value.length}`;
    return typeof segment === 'string' && /^\d+$/.test(segment) ? `${items}; write [${segment}]` : items;
  }
  if (!isMap(value)) return `it is ${typeWords(value)}`;
  if (sensitive) return 'it is a map';
  const keys = Object.keys(value);
  if (keys.length === 0) return 'it is an empty map';
  const shown = keys.slice(0, 10);
  return `it is a map with ${keys.length > shown.length ? `${shown.join(', ')}, ...` : joinWords(shown)}`;
}
