import { joinWords } from '@heddle/core';
import { type Hot, type HotCall, namedTarget } from '../model/hot.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { type Data, entryOf, writeData } from '../read/data.ts';

/** A server, or the definition of a group's members. */
export interface UserDataHolder {
  /** The resource's name in the template. */
  readonly name: string;
  readonly properties: Hot;
  readonly condition?: Data;
  /** True for the members of a group, which share what stands in their definition: all of it has to stand there. */
  readonly isShared: boolean;
}

export interface OwnPart {
  /** The properties of the part. */
  readonly data: Data;
  /** The text, where the template has it. */
  readonly text?: Hot;
}

/** Where resources are looked up, and who is told what cannot be emitted. */
export interface ConfigScope {
  readonly template: Template;
  readonly report: (at: Hot, text: string) => void;
}

const configTypes = ['OS::Heat::SoftwareConfig', 'OS::Heat::CloudConfig', 'OS::Heat::MultipartMime'] as const;

/**
 * Give the parts of a `get_resource` as user data.
 *
 * Those of an archive are taken over one by one: put into another archive as a whole, Heat 19 spoils those that are not ASCII.
 *
 * @param within  Names of the archives that this one is in.
 */
export function partsOfResource(
  holder: UserDataHolder,
  call: HotCall,
  scope: ConfigScope,
  within: readonly string[] = [],
): readonly OwnPart[] {
  const resource = resourceOf(call, scope.template);
  // A resource that does not exist has been reported, and so has an archive that is in itself.
  if (resource === undefined || within.includes(resource.name)) return [];
  if (!configTypes.some((type) => type === resource.type)) {
    const text = `what "${resource.name}" (${resource.type}) gives is not known here: name a resource of type ${joinWords(configTypes, 'or')}`;
    scope.report(call, text);
    return [];
  }
  if (resource.type !== 'OS::Heat::MultipartMime') {
    const text = textOfConfig(resource);
    return [{ data: { config: call.data }, ...(text === undefined ? {} : { text }) }];
  }
  const condition = conditionOf(resource);
  if (condition !== undefined && condition !== conditionOf(holder)) {
    scope.report(call, `"${resource.name}" has another condition than "${holder.name}": give both the same one`);
    return [];
  }
  const parts = propertyOf({ properties: resource.readProperties() }, 'parts');
  if (parts === undefined) return [];
  if (parts.kind !== 'list') {
    scope.report(parts, `the parts of "${resource.name}" are computed: write them as a list`);
    return [];
  }
  return parts.items.flatMap((part) => partsOfPart(holder, part, scope, [...within, resource.name]));
}

function partsOfPart(
  holder: UserDataHolder,
  part: Hot,
  scope: ConfigScope,
  within: readonly string[],
): readonly OwnPart[] {
  const config = part.kind === 'map' ? new Map(part.entries).get('config') : undefined;
  const call = config?.kind === 'call' && config.name === 'get_resource' ? config : undefined;
  if (call !== undefined && entryOf(part.data, 'type') === 'multipart') {
    return partsOfResource(holder, call, scope, within);
  }
  const resource = call && resourceOf(call, scope.template);
  const text = (resource && textOfConfig(resource)) ?? config;
  return [{ data: part.data, ...(text === undefined ? {} : { text }) }];
}

function resourceOf(call: HotCall, { resources }: Template): TemplateResource | undefined {
  return resources.get(namedTarget(call) ?? '');
}

function textOfConfig(resource: TemplateResource): Hot | undefined {
  return propertyOf(
    { properties: resource.readProperties() },
    resource.type === 'OS::Heat::CloudConfig' ? 'cloud_config' : 'config',
  );
}

/** Give a property as the template writes it. */
export function propertyOf({ properties }: Pick<UserDataHolder, 'properties'>, key: string): Hot | undefined {
  return properties.kind === 'map' ? properties.entries.find(([name]) => name === key)?.[1] : undefined;
}

function conditionOf({ condition }: Pick<UserDataHolder, 'condition'>): string | undefined {
  return condition === undefined ? undefined : writeData(condition);
}
