import { HeddleError, suggest } from '@heddle/core';
import { type Data, type DataMap, dataWords, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { table } from '../read/table.ts';
import { carriageOf } from './cfn-carriage.ts';
import { readCfnConditions } from './cfn-conditions.ts';
import { type CfnScope, readCfnExpression } from './cfn-expression.ts';
import { cfnConditions } from './condition-form.ts';
import { callsIn } from './hot.ts';
import { groupTypes } from './nested.ts';
import {
  entriesOf,
  isTrue,
  refuseReserved,
  refuseUnknown,
  serverType,
  type Template,
  type TemplateResource,
} from './template.ts';

/** The keys of the formats of CloudFormation, and what each of them has besides the functions of all. */
const versions = table<{ readonly date: string; readonly hasConditions: boolean }>({
  AWSTemplateFormatVersion: { date: '2010-09-09', hasConditions: true },
  HeatTemplateFormatVersion: { date: '2012-12-12', hasConditions: false },
});

const functions: readonly string[] =
  'Ref Fn::Base64 Fn::FindInMap Fn::GetAZs Fn::GetAtt Fn::Join Fn::MemberListToMap Fn::Replace Fn::ResourceFacade Fn::Select Fn::Split'.split(
    ' ',
  );

/** Parameters that every stack has. */
const pseudoParameters: readonly string[] = ['AWS::StackName', 'AWS::StackId', 'AWS::Region'];

const sectionKeys: readonly string[] = 'Description Mappings Parameters Resources Outputs'.split(' ');
const resourceKeys: readonly string[] =
  'Type Properties Metadata DependsOn DeletionPolicy UpdatePolicy Description'.split(' ');

/** Types that start machines from a definition: roles there are for a later version. */
const launchType = 'AWS::AutoScaling::LaunchConfiguration';

/** True when a template is in a format of CloudFormation. */
export function isCfnTemplate({ data }: TemplateSource): boolean {
  return !Object.hasOwn(data, 'heat_template_version') && versionKey(data) !== undefined;
}

function versionKey(data: DataMap): string | undefined {
  return Object.keys(versions).find((key) => Object.hasOwn(data, key));
}

/**
 * Read a CloudFormation template into the model of all templates, in the terms of HOT.
 *
 * @throws plan-invalid for a version that Heat does not have.
 */
export function readCfnTemplate(original: TemplateSource, rolesKey: string): Template {
  const source = inHotPaths(original);
  const { data } = source;
  const { key, date, hasConditions } = readVersion(source);
  const own = hasConditions ? ['Conditions'] : [];
  refuseUnknown(data, [], { known: [key, ...sectionKeys, ...own], what: 'a template' }, original);
  const scope: CfnScope = {
    source,
    functions: new Set([...functions, ...(hasConditions ? ['Fn::If'] : [])]),
    resources: isDataMap(data.Resources) ? data.Resources : {},
    parameters: new Set([...entriesOf(data.Parameters).map(([name]) => name), ...pseudoParameters]),
  };
  const resources = new Map<string, TemplateResource>();
  const known = hasConditions ? [...resourceKeys, 'Condition'] : resourceKeys;
  for (const [name, value] of entriesOf(data.Resources)) {
    const resource = readResource(name, value, { scope, rolesKey });
    if (resource !== undefined) resources.set(name, resource);
    if (isDataMap(value)) refuseUnknown(value, ['Resources', name], { known, what: 'a resource' }, original);
  }
  const parameters = new Map([
    ...entriesOf(data.Parameters).map(
      ([name, value]) =>
        [name, { isHidden: isTrue(entryOf(value, 'NoEcho')), default: entryOf(value, 'Default') }] as const,
    ),
    ...pseudoParameters.map((name) => [name, { isHidden: false, default: undefined }] as const),
  ]);
  const outputNames = new Map(entriesOf(data.Outputs));
  refuseReserved(source, ['resources', resources], ['parameters', parameters], ['outputs', outputNames]);
  return {
    source,
    version: { date, functions: scope.functions, removed: new Set(), hasConditions },
    parameters,
    resources,
    outputs: readCfnExpression(data.Outputs ?? null, ['outputs'], scope),
    conditions: readCfnConditions(data.Conditions),
    rolesKey,
    serverTypes: instanceTypes,
    readExpression: (written, at) => readCfnExpression(written, at, scope),
    conditionForm: cfnConditions,
    isGivenWhole: (hot) => hot.kind === 'call' && (isLeaf(hot.name) || carriageOf(hot, data) !== undefined),
  };
}

const instanceTypes: readonly string[] = ['AWS::EC2::Instance', serverType];

/** A call with no parts that could be given instead. */
function isLeaf(name: string): boolean {
  return name.startsWith('get_') || name.includes('::');
}

function readVersion({ data, file, locate }: TemplateSource): { key: string; date: string; hasConditions: boolean } {
  const key = versionKey(data) ?? '';
  const written = data[key];
  const version = versions[key];
  if (version !== undefined && written === version.date) return { key, ...version };
  const shown = typeof written === 'string' ? `"${written}"` : dataWords(written);
  const hint = suggest(typeof written === 'string' ? written : '', [version?.date ?? ''], 'there is');
  const { line } = locate([key]);
  throw new HeddleError('plan-invalid', `${file}:${line}: E_VERSION: Heat has no ${key} ${shown}${hint}`);
}

interface Reading {
  readonly scope: CfnScope;
  readonly rolesKey: string;
}

function readResource(name: string, data: Data, { scope, rolesKey }: Reading): TemplateResource | undefined {
  const { source } = scope;
  const at = ['resources', name];
  const type = entryOf(data, 'Type');
  if (!isDataMap(data) || typeof type !== 'string') {
    source.report(at, 'E_RESOURCE', `the resource "${name}" needs a Type`);
    return undefined;
  }
  const { Properties: properties = null, Metadata: metadata = null, Condition: condition, DependsOn: dependsOn } = data;
  const isRefused = refuseGroup({ name, type, properties, metadata, rolesKey, at }, source);
  const own =
    isDataMap(metadata) && instanceTypes.includes(type)
      ? Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== rolesKey))
      : metadata;
  const read = readCfnExpression(properties, [...at, 'properties'], scope);
  return {
    name,
    type,
    data: {
      type,
      properties: isRefused ? null : properties,
      metadata,
      ...(condition === undefined ? {} : { condition }),
    },
    readProperties: () => read,
    calls: [...callsIn(read), ...callsIn(readCfnExpression(own, [...at, 'metadata'], scope))],
    dependsOn: (isDataList(dependsOn) ? dependsOn : [dependsOn]).flatMap((target, index) =>
      typeof target === 'string'
        ? [{ name: target, at: isDataList(dependsOn) ? [...at, 'depends_on', index] : [...at, 'depends_on'] }]
        : [],
    ),
    ...(condition === undefined ? {} : { condition }),
    at,
  };
}

interface WrittenResource {
  readonly name: string;
  readonly type: string;
  readonly properties: Data;
  readonly metadata: Data;
  readonly rolesKey: string;
  readonly at: DocumentPath;
}

/** Report roles on the members of a group: nobody would run them. @returns whether there were some. */
function refuseGroup(
  { name, type, properties, metadata, rolesKey, at }: WrittenResource,
  source: TemplateSource,
): boolean {
  const key = groupTypes[type];
  const inMember = entryOf(entryOf(entryOf(properties, key ?? ''), 'metadata'), rolesKey) !== undefined;
  const inLaunch = type === launchType && entryOf(metadata, rolesKey) !== undefined;
  if (!inMember && !inLaunch) return false;
  const path = inMember ? [...at, 'properties', key ?? '', 'metadata', rolesKey] : [...at, 'metadata', rolesKey];
  const text = `roles on the members of a group are not supported in CloudFormation templates: write the members of "${name}" as instances, or the template in HOT`;
  source.report(path, 'E_GROUP', text);
  return true;
}

const sectionNames = table({
  conditions: 'Conditions',
  outputs: 'Outputs',
  parameters: 'Parameters',
  resources: 'Resources',
});
const keyNames = table({
  condition: 'Condition',
  depends_on: 'DependsOn',
  metadata: 'Metadata',
  properties: 'Properties',
  type: 'Type',
});

/** The same source for who knows the keys of HOT only. */
function inHotPaths(source: TemplateSource): TemplateSource {
  const written = ([section = '', name, key = '', ...rest]: DocumentPath): DocumentPath => {
    if (name === undefined) return section === '' ? [] : [sectionNames[section] ?? section];
    const own = section === 'resources' ? (keyNames[key] ?? key) : key;
    return [sectionNames[section] ?? section, name, ...(key === '' ? [] : [own]), ...rest];
  };
  return {
    ...source,
    locate: (path) => source.locate(written(path)),
    report: (path, code, text) => source.report(written(path), code, text),
    warning: (path, code, text) => source.warning(written(path), code, text),
  };
}
