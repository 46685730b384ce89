import { type Expression, functionNames, joinWords } from '@heddle/core';
import { isOfMembers } from '../classify/half-made.ts';
import type { Reading } from '../classify/reading.ts';
import { callsIn, callWords, type Hot, type HotCall, isSegment } from '../model/hot.ts';
import type { KnownValues } from '../model/known-value.ts';
import type { Role, RoleInput, Server } from '../model/role.ts';
import type { Template } from '../model/template.ts';
import { type Data, toJson } from '../read/data.ts';
import { conditionOf, isWholeRead, shownRead } from './conditional-read.ts';
import { argumentOf, runtimeFunction } from './function-shape.ts';
import type { LateValues } from './late-values.ts';
import { runtimeRead } from './runtime-read.ts';
import type { StaticBindings } from './static-bindings.ts';

/** What an expression is compiled with. */
export interface ExpressionScope {
  readonly template: Template;
  readonly readings: ReadonlyMap<HotCall, Reading>;
  /** Who reads. */
  readonly server: Server;
  readonly role: Role;
  readonly input: RoleInput;
  /** Takes what Heat resolves. */
  readonly bindings: StaticBindings;
  /** Of the reader in its group; 0 for a single server. */
  readonly index: number;
  /** Takes what Heat resolves and the stack's outputs tell. */
  readonly late: LateValues;
  /** True for a call whose value is to be masked where it is read. */
  readonly isSecret: (call: HotCall) => boolean;
  /** What is known of conditions and parameters while the template is compiled. */
  readonly known: KnownValues;
  /** Constants that come with the user data, as they may not stand in the plan, and the place of each in the template. */
  readonly hidden: ReadonlyMap<Hot, readonly string[]>;
  /** What Heat resolves, under the conditions around it. */
  readonly bind: (data: Data) => Data;
}

/** Functions that Heat 19 fails on while it validates, when they get an attribute that is not known yet. */
const fragile: readonly string[] = [
  'contains',
  'digest',
  'make_url',
  'repeat',
  'str_replace_vstrict',
  'yaql',
  'Fn::FindInMap',
  'Fn::MemberListToMap',
  'Fn::Split',
];

/**
 * Compile an input: constants stay, what Heat can resolve as a whole becomes one static value, the rest is evaluated
 * where the role runs. A function that cannot be evaluated there is E_RTFN.
 */
export function compileExpression(hot: Hot, scope: ExpressionScope): Expression {
  const calls = [...callsIn(hot)];
  const isPlain = !holdsHidden(hot, scope);
  if (calls.length === 0 && isPlain) return { kind: 'constant', value: toJson(hot.data) };
  const isOfMachine = calls.some((call) => isRuntime(scope.readings.get(call)) || isFragile(call));
  if (!isOfMachine && hot.kind === 'call' && isWholeRead(hot, scope) && conditionOf(hot, scope) !== undefined)
    return compileCall(hot, scope);
  if (!isOfMachine && isPlain && scope.template.isGivenWhole(hot)) return staticValue(hot.data, scope);
  switch (hot.kind) {
    case 'literal':
      return compileLiteral(hot, scope);
    case 'list':
      return { kind: 'list', items: hot.items.map((item) => compileExpression(item, scope)) };
    case 'map':
      return { kind: 'map', entries: hot.entries.map(([key, value]) => [key, compileExpression(value, scope)]) };
    case 'call':
      return compileCall(hot, scope);
  }
}

function holdsHidden(hot: Hot, { hidden }: ExpressionScope): boolean {
  const holds = (part: Hot): boolean => {
    if (hidden.has(part)) return true;
    if (part.kind === 'list') return part.items.some(holds);
    if (part.kind === 'map') return part.entries.some(([, value]) => holds(value));
    return part.kind === 'call' && holds(part.argument);
  };
  return hidden.size > 0 && holds(hot);
}

function compileLiteral(
  hot: Extract<Hot, { kind: 'literal' }>,
  { hidden, bindings, bind }: ExpressionScope,
): Expression {
  const place = hidden.get(hot);
  if (place === undefined) return { kind: 'constant', value: toJson(hot.data) };
  return { kind: 'static', id: bindings.idOfPlace(place, bind(hot.data)) };
}

function staticValue(data: Data, { bindings, bind }: ExpressionScope): Expression {
  return { kind: 'static', id: bindings.idOf(bind(data)) };
}

function compileCall(call: HotCall, scope: ExpressionScope): Expression {
  const reading = scope.readings.get(call);
  if (reading !== undefined) return whenThere(call, reading, scope);
  if (call.name === 'if') return compileIf(call, scope);
  const name = runtimeFunction(call);
  const hasRuntime = [...callsIn(call)].some((part) => isRuntime(scope.readings.get(part)));
  if (name === undefined && !hasRuntime) {
    const broken = [...callsIn(call)].find(isFragile) ?? call;
    const why = `Heat validates with attributes that are not known yet, which ${callWords(broken)} does not survive: give the attribute as an own input`;
    return refuse(call, why, scope);
  }
  if (name === undefined) {
    const others = functionNames.filter((known) => known !== 'select');
    return refuse(
      call,
      `${callWords(call)} cannot be evaluated at run time, where a value in it comes from: there are ${joinWords(['if', ...others])}`,
      scope,
    );
  }
  const argument = argumentOf(name, call.argument, scope.template.version);
  if (typeof argument === 'string') return refuse(call, `${callWords(call)} ${argument}`, scope);
  return { kind: 'call', function: name, argument: compileExpression(argument, scope) };
}

/** Heat evaluates the condition; what it does not choose is not waited for. */
function compileIf(call: HotCall, scope: ExpressionScope): Expression {
  const items = call.argument.kind === 'list' ? call.argument.items : [];
  const [condition, yes, no] = items;
  if (condition === undefined || yes === undefined || no === undefined || items.length > 3) {
    return refuse(call, 'with a value of run time in it, if takes [condition, value, other value]', scope);
  }
  const { values, guard } = scope.template.conditionForm;
  const branch = (hot: Hot, holds: boolean): Expression =>
    compileExpression(hot, { ...scope, bind: (data) => scope.bind(guard(condition.data, data, holds)) });
  return {
    kind: 'choice',
    ...chosenBy(condition.data, scope),
    cases: [
      [values[0], branch(yes, true)],
      [values[1], branch(no, false)],
    ],
  };
}

/** The value by which a condition chooses, and what it will be as far as that is known. */
function chosenBy(condition: Data, { bindings, bind, template, known }: ExpressionScope) {
  const { ask, inHot, values } = template.conditionForm;
  const holds = known.holds(inHot(condition));
  return {
    by: bindings.idOf(bind(ask(condition))),
    ...(holds === undefined ? {} : { expected: values[holds ? 0 : 1] }),
  };
}

/** Read a value; what stands for it when its server or resource is not there, as its condition does not hold, says the input. */
function whenThere(call: HotCall, reading: Reading, scope: ExpressionScope): Expression {
  const value = compileReading(call, reading, scope);
  const condition = conditionOf(call, scope);
  if (condition === undefined) return value;
  const { missing, default: fallback = null } = scope.input;
  const isStatic = reading.kind === 'static';
  // Heat gives null for it by itself, also inside of functions.
  if (isStatic && !isWholeRead(call, scope)) return value;
  // Of what a role writes the read itself fails at once: nobody has written it.
  if (missing === 'fail' && !isStatic) return value;
  const { values } = scope.template.conditionForm;
  const holds = [values[0], value] as const;
  const by = chosenBy(condition, scope);
  if (missing === 'fail') return { kind: 'choice', ...by, cases: [holds], absent: shownRead(call) };
  const instead: Expression = { kind: 'constant', value: scope.input.value === call ? fallback : null };
  return { kind: 'choice', ...by, cases: [holds, [values[1], instead]] };
}

function compileReading(call: HotCall, reading: Reading, scope: ExpressionScope): Expression {
  switch (reading.kind) {
    case 'static':
      return staticValue(call.data, scope);
    case 'late':
      return scope.late.read(call, {
        isSensitive: scope.isSecret(call),
        isOfMembers: isOfMembers(call, scope.template),
      });
    case 'machine':
    case 'output': {
      const { read } = reading;
      if (read.segments !== undefined || read.members !== undefined) return runtimeRead(reading, scope.index);
      return into(runtimeRead({ ...reading, read: { ...read, segments: [] } }, scope.index), call, scope);
    }
    case 'anyOutput':
      return into(anyOutput(call, reading.server, scope), call, scope);
    case 'allAttributes':
      return allAttributes(call, reading, scope);
  }
}

function outputOf(server: Server, output: string, scope: ExpressionScope): Expression {
  const isLocal = server === scope.server && server.outputs.get(output)?.role === scope.role;
  return isLocal
    ? { kind: 'local', output, segments: [] }
    : { kind: 'reference', node: server.node, output, segments: [] };
}

/** Outputs that can be there when the reader's role runs: all of another server's, those of earlier roles of its own. */
function readable(server: Server, scope: ExpressionScope): readonly string[] {
  const { role } = scope;
  return [...server.outputs].flatMap(([name, { role: writer }]) =>
    server !== scope.server || writer.index <= role.index ? [name] : [],
  );
}

function anyOutput(call: HotCall, server: Server, scope: ExpressionScope): Expression {
  const attribute = (call.argument as Extract<Hot, { kind: 'list' }>).items[1] as Hot;
  const by = compileExpression(attribute, scope);
  if (by.kind !== 'static') {
    return refuse(call, 'which attribute is read has to be known before the machine starts', scope);
  }
  const name = scope.known.of(scope.template.conditionForm.inHot(attribute.data));
  return {
    kind: 'choice',
    by: by.id,
    ...(typeof name === 'string' ? { expected: name } : {}),
    cases: readable(server, scope).map((output) => [output, outputOf(server, output, scope)]),
  };
}

function allAttributes(
  call: HotCall,
  { server }: Extract<Reading, { kind: 'allAttributes' }>,
  scope: ExpressionScope,
): Expression {
  const own = staticValue(call.data, scope);
  const entries = readable(server, scope).map((output) => [output, outputOf(server, output, scope)] as const);
  return { kind: 'call', function: 'map_merge', argument: { kind: 'list', items: [own, { kind: 'map', entries }] } };
}

/** Follow what stands behind the attribute; computed segments are there when the role reads. */
function into(value: Expression, call: HotCall, scope: ExpressionScope): Expression {
  const segments = (call.argument as Extract<Hot, { kind: 'list' }>).items.slice(2);
  if (segments.length === 0) return value;
  const plain = segments.flatMap(({ kind, data }) => {
    const step = kind === 'literal' ? toJson(data) : null;
    return isSegment(step) ? [step] : [];
  });
  if (plain.length === segments.length && (value.kind === 'reference' || value.kind === 'local')) {
    return { ...value, segments: plain };
  }
  const steps = segments.map((segment) => compileExpression(segment, scope));
  return { kind: 'call', function: 'select', argument: { kind: 'list', items: [value, ...steps] } };
}

function isRuntime(reading: Reading | undefined): boolean {
  return reading !== undefined && reading.kind !== 'static';
}

function isFragile(call: HotCall): boolean {
  return (
    (fragile.includes(callWords(call)) || isIndexedSplit(call)) &&
    [...callsIn(call.argument)].some(({ name }) => name === 'get_attr')
  );
}

/** A text that is empty until Heat knows the attribute in it has no second part. */
function isIndexedSplit(call: HotCall): boolean {
  if (callWords(call) !== 'str_split') return false;
  return call.argument.kind !== 'list' || call.argument.items.length > 2;
}

function refuse(call: HotCall, why: string, { template }: ExpressionScope): Expression {
  template.source.report(call.at, 'E_RTFN', why);
  return { kind: 'constant', value: null };
}
