import { type Expression, type FunctionName, functionNames } from '@heddle/core';
import type { Reading } from '../classify/classify.ts';
import { callsIn, callWords, type Hot, type HotCall } from '../model/hot.ts';
import { toJson } from '../read/data.ts';
import type { TemplateSource } from '../read/source.ts';
import { runtimeRead } from './runtime-read.ts';
import type { StaticBindings } from './static-bindings.ts';

/** What an expression is compiled with. */
export interface ExpressionScope {
  readonly readings: ReadonlyMap<HotCall, Reading>;
  /** Takes what Heat resolves. */
  readonly bindings: StaticBindings;
  readonly source: TemplateSource;
  /** Of the reader in its group; 0 for a single server. */
  readonly index: number;
  /** True when the machine can be given the value as a whole. */
  readonly isGivenWhole: (hot: Hot) => boolean;
}

/** Functions that Heat 19 itself fails on while it validates, when what they get is an attribute that is not known yet. */
const fragile: readonly string[] = ['repeat', 'make_url', 'yaql', 'Fn::Split', 'Fn::MemberListToMap', 'Fn::FindInMap'];

/**
 * Compile an input: constants stay, what Heat can resolve as a whole becomes one static value, the rest is evaluated
 * where the role runs. A function that cannot be evaluated there is E_RTFN.
 */
export function compileExpression(hot: Hot, scope: ExpressionScope): Expression {
  const calls = [...callsIn(hot)];
  if (calls.length === 0) return { kind: 'constant', value: toJson(hot.data) };
  if (scope.isGivenWhole(hot) && !calls.some((call) => isRuntime(scope.readings.get(call)))) {
    refuseFragile(calls, scope);
    return { kind: 'static', id: scope.bindings.idOf(hot.data) };
  }
  switch (hot.kind) {
    case 'literal':
      return { kind: 'constant', value: toJson(hot.data) };
    case 'list':
      return { kind: 'list', items: hot.items.map((item) => compileExpression(item, scope)) };
    case 'map':
      return { kind: 'map', entries: hot.entries.map(([key, value]) => [key, compileExpression(value, scope)]) };
    case 'call':
      return compileCall(hot, scope);
  }
}

function compileCall(call: HotCall, scope: ExpressionScope): Expression {
  const reading = scope.readings.get(call);
  if (reading !== undefined && reading.kind !== 'static') return runtimeRead(reading, scope.index);
  const name = functionNames.find((known) => known === call.name);
  const parts = name === undefined ? undefined : argumentsOf(name, call.argument);
  if (name !== undefined && parts !== undefined) {
    return { kind: 'call', function: name, arguments: parts.map((part) => compileExpression(part, scope)) };
  }
  const why =
    name === undefined
      ? `${callWords(call)} cannot be evaluated at run time, where a value in it comes from; ${functionNames.join(', ')} can`
      : `${callWords(call)} has another shape than Heat takes`;
  scope.source.report(call.at, 'E_RTFN', why);
  return { kind: 'constant', value: null };
}

/** The arguments in the order in which core's functions take them; undefined for a shape that Heat refuses. */
function argumentsOf(name: FunctionName, argument: Hot): readonly Hot[] | undefined {
  if (name === 'list_join') return argument.kind === 'list' && argument.items.length > 1 ? argument.items : undefined;
  const entries = argument.kind === 'map' ? new Map(argument.entries) : undefined;
  const [template, params] = [entries?.get('template'), entries?.get('params')];
  return template === undefined || params === undefined || entries?.size !== 2 ? undefined : [template, params];
}

function isRuntime(reading: Reading | undefined): boolean {
  return reading !== undefined && reading.kind !== 'static';
}

function refuseFragile(calls: readonly HotCall[], { source }: ExpressionScope): void {
  for (const call of calls) {
    if (!fragile.includes(callWords(call))) continue;
    if (![...callsIn(call.argument)].some(({ name }) => name === 'get_attr')) continue;
    const text = `Heat validates with attributes that are not known yet, which ${callWords(call)} does not survive: give it as an own input without ${callWords(call)}`;
    source.report(call.at, 'E_RTFN', text);
  }
}
