import { suggest } from '@heddle/core';
import { type Data, type DataMap, dataWords, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { table } from '../read/table.ts';
import { heatAttributes } from './heat-attributes.ts';
import type { Hot, HotCall } from './hot.ts';

/** What the names in expressions of a CloudFormation template are looked up in. */
export interface CfnScope {
  readonly source: TemplateSource;
  readonly functions: ReadonlySet<string>;
  /** As the template writes them. */
  readonly resources: DataMap;
  /** Those that every stack has are among them. */
  readonly parameters: ReadonlySet<string>;
}

/**
 * Read data of a CloudFormation template into the terms of HOT: `Ref` is a `get_param` or a `get_resource`, `Fn::GetAtt` a `get_attr`, `Fn::Join` a
 * `list_join`, and so on. `data` stays what the template writes; a function that HOT lacks keeps its name.
 *
 * What names nothing or has another shape than Heat takes is reported, and is plain data from then on.
 */
export function readCfnExpression(data: Data, at: DocumentPath, scope: CfnScope): Hot {
  if (isDataList(data)) {
    return { kind: 'list', items: data.map((item, index) => readCfnExpression(item, [...at, index], scope)), data, at };
  }
  if (!isDataMap(data)) return { kind: 'literal', data, at };
  const [only, second] = Object.keys(data);
  if (only !== undefined && second === undefined && scope.functions.has(only)) {
    return readCall({ name: only, written: data[only] ?? null, data, at }, scope);
  }
  const entries = Object.entries(data).map(
    ([key, value]) => [key, readCfnExpression(value, [...at, key], scope)] as const,
  );
  return { kind: 'map', entries, data, at };
}

interface WrittenCall {
  readonly name: string;
  readonly written: Data;
  readonly data: DataMap;
  readonly at: DocumentPath;
}

const namesInHot = table({
  'Fn::GetAtt': 'get_attr',
  'Fn::If': 'if',
  'Fn::Join': 'list_join',
  'Fn::Replace': 'str_replace',
  'Fn::Split': 'str_split',
});

function readCall(call: WrittenCall, scope: CfnScope): Hot {
  const { name, written, data, at } = call;
  if (name === 'Ref') return readRef(call, scope);
  const argument = readCfnExpression(written, [...at, name], scope);
  // Heat's own does nothing: it takes user data as plain text.
  if (name === 'Fn::Base64') return argument;
  const known: HotCall = { kind: 'call', name: namesInHot[name] ?? name, written: name, argument, data, at };
  switch (name) {
    case 'Fn::GetAtt':
      return checkAttribute(known, scope);
    case 'Fn::Replace':
      return replacement(known, scope);
    case 'Fn::Select':
      return selection(known, scope) ?? known;
    default:
      return known;
  }
}

function readRef({ name, written, data, at }: WrittenCall, { source, resources, parameters }: CfnScope): Hot {
  const argument: Hot = { kind: 'literal', data: written, at: [...at, name] };
  const call = { kind: 'call', written: name, argument, data, at } as const;
  if (typeof written !== 'string') {
    const text = `Ref takes a name, and this is ${dataWords(written)}${isDataMap(written) ? '' : ': put quotes around the name'}`;
    return faulty(data, at, text, source);
  }
  if (Object.hasOwn(resources, written)) return { ...call, name: 'get_resource' };
  if (parameters.has(written)) return { ...call, name: 'get_param' };
  const hint = suggest(written, [...Object.keys(resources), ...parameters], 'there are');
  return faulty(data, at, `there is neither a resource nor a parameter "${written}"${hint}`, source);
}

function faulty(data: Data, at: DocumentPath, text: string, source: TemplateSource): Hot {
  source.report(at, 'E_REF', text);
  return { kind: 'literal', data, at };
}

function checkAttribute(call: HotCall, { source }: CfnScope): Hot {
  const { argument, data, at } = call;
  const items = argument.kind === 'list' ? argument.items : [];
  if (items.length >= 2 && items.every((item) => item.kind === 'literal')) return call;
  return faulty(data, at, 'Fn::GetAtt takes a list of names: [RESOURCE, ATTRIBUTE]', source);
}

/** `[PARAMS, TEMPLATE]`, which HOT has as a map. */
function replacement(call: HotCall, { source }: CfnScope): Hot {
  const { argument, data, at } = call;
  const [params, template, third] = argument.kind === 'list' ? argument.items : [];
  if (params === undefined || template === undefined || third !== undefined) {
    return faulty(data, at, 'Fn::Replace takes a list: [{WORD: VALUE}, TEXT]', source);
  }
  const entries = [['template', template] as const, ['params', params] as const];
  return { ...call, argument: { ...argument, kind: 'map', entries } };
}

/**
 * `Fn::Select` in an attribute that Heat has not: then it is a role's output, and the selection a segment of the `get_attr`.
 * Undefined for every other one.
 */
function selection({ argument, data, at, written }: HotCall, { resources }: CfnScope): HotCall | undefined {
  const [index, from] = argument.kind === 'list' ? argument.items : [];
  if (index?.kind !== 'literal' || from?.kind !== 'call' || from.name !== 'get_attr') return undefined;
  if (from.argument.kind !== 'list' || (typeof index.data !== 'string' && typeof index.data !== 'number')) {
    return undefined;
  }
  const [resource, attribute] = from.argument.items.map((item) => item.data);
  if (typeof resource !== 'string' || typeof attribute !== 'string') return undefined;
  const type = entryOf(entryOf(resources, resource), 'Type');
  const known = typeof type === 'string' ? heatAttributes(type) : undefined;
  if (known === undefined || known.includes(attribute)) return undefined;
  const segment: Hot = { ...index, data: segmentOf(index.data) };
  return {
    kind: 'call',
    name: 'get_attr',
    ...(written === undefined ? {} : { written }),
    argument: { ...from.argument, items: [...from.argument.items, segment] },
    data,
    at,
  };
}

/** CloudFormation writes indexes as text. */
function segmentOf(index: string | number): string | number {
  return typeof index === 'string' && /^(?:0|[1-9]\d*)$/.test(index) ? Number(index) : index;
}
