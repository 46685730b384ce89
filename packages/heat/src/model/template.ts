import { suggest } from '@heddle/core';
import { type Data, type DataMap, dataWords, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { checkSections, checkSharedNames } from './check-sections.ts';
import { type ConditionForm, hotConditions } from './condition-form.ts';
import { ownProperties } from './group.ts';
import { callsInData, type Hot, type HotCall, readHot } from './hot.ts';
import { anyVersion, type TemplateVersion, templateVersion, versionWords } from './versions.ts';

/** A resource of a template. */
export interface TemplateResource {
  readonly name: string;
  readonly type: string;
  readonly data: DataMap;
  /** Recognise all calls in its properties, the roles of a group's members left out: of most resources only the calls are asked for. */
  readonly readProperties: () => Hot;
  /** All calls in its properties and its metadata, those in roles left out. */
  readonly calls: readonly HotCall[];
  readonly dependsOn: readonly { readonly name: string; readonly at: DocumentPath }[];
  readonly condition?: Data;
  readonly at: DocumentPath;
}

/** A template with its parts told apart; what names mean is not looked up. */
export interface Template {
  readonly source: TemplateSource;
  readonly version: TemplateVersion;
  /** Name to what Heat hides of it, and to its default. */
  readonly parameters: ReadonlyMap<string, { readonly isHidden: boolean; readonly default?: Data | undefined }>;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: Hot;
  /** By name, in the terms of HOT. */
  readonly conditions: DataMap;
  /** The key of a server's metadata that holds its roles. */
  readonly rolesKey: string;
  /** The types of the resources that can have roles. */
  readonly serverTypes: readonly string[];
  /** Read an expression in the language of this template. */
  readonly readExpression: (data: Data, at: DocumentPath) => Hot;
  /** True when a machine can be given the value of an expression as a whole; else it is given the parts. */
  readonly isGivenWhole: (hot: Hot) => boolean;
  readonly conditionForm: ConditionForm;
}

/** Parameters that every stack has. */
export const pseudoParameters: readonly string[] = ['OS::stack_name', 'OS::stack_id', 'OS::project_id'];
/** Names of resources, parameters and outputs that start like this are Heddle's own. */
export const reservedPrefix = 'heddle_';

/** The type of the resources that can have roles. */
export const serverType = 'OS::Nova::Server';

/** Read the parts of a template; what is wrong with them is reported. */
export function readTemplate(source: TemplateSource, rolesKey: string): Template {
  const version = readVersion(source);
  const { data } = source;
  refuseUnknown(data, [], { known: sectionKeys, what: 'a template' }, source);
  checkSections(source);
  checkSharedNames(source);
  const resources = new Map<string, TemplateResource>();
  for (const [name, value] of entriesOf(data.resources)) {
    const resource = readResource(name, value, { source, version, rolesKey });
    if (resource !== undefined) resources.set(name, resource);
  }
  const parameters = new Map(
    entriesOf(data.parameters).map(([name, value]) => [
      name,
      { isHidden: isTrue(entryOf(value, 'hidden')), default: entryOf(value, 'default') },
    ]),
  );
  const outputNames = new Map(entriesOf(data.outputs));
  refuseReserved(source, ['resources', resources], ['parameters', parameters], ['outputs', outputNames]);
  const outputs = readHot(data.outputs ?? null, ['outputs'], version.functions);
  return {
    source,
    version,
    parameters,
    resources,
    outputs,
    conditions: isDataMap(data.conditions) ? data.conditions : {},
    rolesKey,
    serverTypes: [serverType],
    readExpression: (data, at) => readHot(data, at, version.functions),
    isGivenWhole: () => true,
    conditionForm: hotConditions,
  };
}

/** Report names of resources, parameters and outputs that are Heddle's own. */
export function refuseReserved(
  source: TemplateSource,
  ...sections: readonly (readonly [section: string, names: ReadonlyMap<string, unknown>])[]
): void {
  for (const [section, names] of sections) {
    for (const name of names.keys()) {
      if (!name.startsWith(reservedPrefix)) continue;
      const text = `"${name}": names that start with ${reservedPrefix} are for what Heddle adds`;
      source.report([section, name], 'E_NAME', text);
    }
  }
}

function readVersion(source: TemplateSource): TemplateVersion {
  const written = source.data.heat_template_version;
  const version = typeof written === 'string' ? templateVersion(written) : undefined;
  if (version !== undefined) return version;
  const shown = typeof written === 'string' ? `"${written}"` : dataWords(written);
  const hint = suggest(typeof written === 'string' ? written : '', versionWords.toReversed(), 'there are');
  source.report(['heat_template_version'], 'E_VERSION', `Heat has no template version ${shown}${hint}`);
  return anyVersion();
}

interface Reading {
  readonly source: TemplateSource;
  readonly version: TemplateVersion;
  readonly rolesKey: string;
}

function readResource(name: string, data: Data, { source, version, rolesKey }: Reading): TemplateResource | undefined {
  const at = ['resources', name];
  const type = entryOf(data, 'type');
  if (!isDataMap(data) || typeof type !== 'string') {
    source.report(at, 'E_RESOURCE', `the resource "${name}" needs a type`);
    return undefined;
  }
  refuseUnknown(data, at, { known: resourceKeys, what: 'a resource' }, source);
  const { metadata, condition, depends_on: dependsOn } = data;
  const own = isDataMap(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([key]) => type !== serverType || key !== rolesKey))
    : (metadata ?? null);
  const properties = ownProperties(data, type, rolesKey);
  const { functions } = version;
  const calls = [
    ...callsInData(properties, [...at, 'properties'], functions),
    ...callsInData(own, [...at, 'metadata'], functions),
  ];
  const targets = (isDataList(dependsOn) ? dependsOn : [dependsOn]).flatMap((target, index) =>
    typeof target === 'string'
      ? [{ name: target, at: isDataList(dependsOn) ? [...at, 'depends_on', index] : [...at, 'depends_on'] }]
      : [],
  );
  return {
    name,
    type,
    data,
    readProperties: () => readHot(properties, [...at, 'properties'], functions),
    calls,
    dependsOn: targets,
    ...(condition === undefined ? {} : { condition }),
    at,
  };
}

const resourceKeys: readonly string[] =
  'type properties metadata depends_on deletion_policy update_policy condition external_id description'.split(' ');

const sectionKeys: readonly string[] =
  'heat_template_version description parameter_groups parameters resources outputs conditions'.split(' ');

/** Report keys that Heat would refuse. */
export function refuseUnknown(
  data: DataMap,
  at: DocumentPath,
  { known, what }: { readonly known: readonly string[]; readonly what: string },
  source: TemplateSource,
): void {
  for (const key of Object.keys(data)) {
    if (known.includes(key)) continue;
    source.report([...at, key], 'E_KEY', `${what} has no key "${key}"${suggest(key, known, 'it has')}`);
  }
}

/** The entries of a map; none for what is no map. */
export function entriesOf(data: Data | undefined): readonly (readonly [string, Data])[] {
  return isDataMap(data) ? Object.entries(data) : [];
}

/** True for what Heat takes for true. */
export function isTrue(data: Data | undefined): boolean {
  return data === true || (typeof data === 'string' && /^(?:t|true|on|y|yes|1)$/i.test(data));
}
