import { joinWords, suggest } from '@heddle/core';
import { isTrue } from '../model/template.ts';
import { type Data, dataWords, entryOf, isDataList, isDataMap, writeData } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { namedResource } from './named-resource.ts';
import { type ComponentReading, type Config, type ConfigGroup, configGroups, type Placed } from './terms.ts';

const configTypes: readonly string[] = ['OS::Heat::SoftwareConfig', 'OS::Heat::SoftwareComponent'];

/** True for a configuration that deployments can name, also for one that no role can be made of. */
export function isConfig(resource: Data | undefined): boolean {
  const type = entryOf(resource, 'type');
  return typeof type === 'string' && [...configTypes, 'OS::Heat::StructuredConfig'].includes(type);
}

/** What Heat takes for the actions of a component's configuration, and of a deployment, that say none. */
export const defaultActions: Data = ['CREATE', 'UPDATE'];

/** A configuration, or why there is none: it has nothing for CREATE (`idle`), or what is wrong has been reported. */
export type ReadConfig = Config | 'idle' | undefined;

/** Read the configuration that a deployment names. */
export function readConfig(written: Data | undefined, at: DocumentPath, reading: ComponentReading): ReadConfig {
  const { source } = reading;
  const asked = 'the configuration of a deployment has to stand in this template: write { get_resource: CONFIG }';
  const found = namedResource(written, at, reading, asked);
  if (found === undefined) return undefined;
  const { name, data } = found;
  const type = entryOf(data, 'type');
  const isRunList = isDataList(entryOf(entryOf(data, 'properties'), 'config'));
  if (type === 'OS::Heat::StructuredConfig' && !isRunList) {
    const text = `"${name}" is a map, and scripts, playbooks and run lists are none: write an OS::Heat::SoftwareConfig`;
    source.report(at, 'E_COMPONENT', text);
    return undefined;
  }
  if (!isConfig(data)) {
    const text = `"${name}" is ${writeData(type ?? null)}, and a configuration is ${joinWords(configTypes, 'or')}`;
    source.report(at, 'E_COMPONENT', text);
    return undefined;
  }
  const part = type === 'OS::Heat::SoftwareComponent' ? partOfComponent(name, reading) : partOfConfig(name, reading);
  if (part === undefined || part === 'idle') return part;
  const properties = entryOf(data, 'properties');
  const place = ['resources', name, 'properties'];
  return {
    resource: name,
    ...part,
    inputs: readInputs(entryOf(properties, 'inputs'), [...place, 'inputs'], reading),
    outputs: readOutputs(entryOf(properties, 'outputs'), [...place, 'outputs'], reading),
    options: { data: entryOf(properties, 'options') ?? {}, at: [...place, 'options'] },
  };
}

type Part = Pick<Config, 'group' | 'text'>;

function partOfConfig(name: string, reading: ComponentReading): Part | undefined {
  const at = ['resources', name, 'properties'];
  const properties = entryOf(entryOf(reading.resources, name), 'properties');
  const group = { data: entryOf(properties, 'group') ?? 'Heat::Ungrouped', at: [...at, 'group'] };
  return readPart(group, { data: entryOf(properties, 'config') ?? '', at: [...at, 'config'] }, reading);
}

/** The configuration for CREATE; those for other actions are warned of. */
function partOfComponent(name: string, reading: ComponentReading): Part | 'idle' | undefined {
  const at = ['resources', name, 'properties', 'configs'];
  const configs = entryOf(entryOf(entryOf(reading.resources, name), 'properties'), 'configs');
  if (!isDataList(configs)) {
    reading.source.report(at, 'E_COMPONENT', `"configs" is a list of configurations, not ${dataWords(configs)}`);
    return undefined;
  }
  const chosen = configs.findIndex((config) => actionsOf(config).includes('CREATE'));
  for (const [index, config] of configs.entries()) {
    const others = actionsOf(config).filter(
      (action) => index !== chosen || (action !== 'CREATE' && action !== 'UPDATE'),
    );
    warnOfActions(others, [...at, index], reading);
  }
  const config = configs[chosen];
  if (config === undefined) return 'idle';
  const place = [...at, chosen];
  const tool = { data: entryOf(config, 'tool') ?? null, at: [...place, 'tool'] };
  return readPart(tool, { data: entryOf(config, 'config') ?? '', at: [...place, 'config'] }, reading);
}

function actionsOf(config: Data): readonly Data[] {
  const actions = entryOf(config, 'actions') ?? defaultActions;
  return isDataList(actions) ? actions : [];
}

/** Warn that nobody runs a configuration at these actions any more. */
export function warnOfActions(actions: readonly Data[], at: DocumentPath, { warn }: ComponentReading): void {
  const names = actions.filter((action) => typeof action === 'string');
  if (names.length > 0) warn(at, `roles run when a stack is created, so nobody runs this at ${joinWords(names)}`);
}

function readPart(group: Placed, text: Placed, { source }: ComponentReading): Part | undefined {
  const known = configGroups.find((candidate) => candidate === group.data);
  if (known === undefined) {
    const word = typeof group.data === 'string' ? group.data : '';
    const shown = typeof group.data === 'string' ? `"${word}"` : dataWords(group.data);
    const hint = suggest(word, configGroups, 'there are');
    const text = `no role can be made of a configuration of the group ${shown}${hint}`;
    source.report(group.at, 'E_COMPONENT', text);
    return undefined;
  }
  const isText = known === 'chef' || !isDataList(text.data);
  if (text.data !== '' && text.data !== null && isText) return { group: known, text };
  const fault = isText ? 'the configuration is empty' : `a configuration of the group ${known} is a text, not a list`;
  source.report(text.at, 'E_COMPONENT', fault);
  return undefined;
}

/** Entries of `inputs` and `outputs`, each with its name. */
function* namedEntries(
  written: Data | undefined,
  at: DocumentPath,
  { source }: ComponentReading,
): Generator<readonly [name: string, entry: Data, at: DocumentPath]> {
  if (written === undefined || written === null) return;
  if (!isDataList(written)) {
    source.report(at, 'E_COMPONENT', `"${at.at(-1)}" is a list that is written out, not ${dataWords(written)}`);
    return;
  }
  for (const [index, entry] of written.entries()) {
    const name = entryOf(entry, 'name');
    if (isDataMap(entry) && typeof name === 'string' && name !== '') yield [name, entry, [...at, index]];
    else source.report([...at, index], 'E_COMPONENT', 'this needs a name that is written out');
  }
}

function readInputs(written: Data | undefined, at: DocumentPath, reading: ComponentReading): Config['inputs'] {
  const inputs = new Map<string, Placed & { hasDefault: boolean }>();
  for (const [name, entry, place] of namedEntries(written, at, reading)) {
    const value = entryOf(entry, 'default');
    inputs.set(name, {
      data: value ?? null,
      hasDefault: value !== undefined && value !== null,
      at: value === undefined ? place : [...place, 'default'],
    });
  }
  return inputs;
}

function readOutputs(written: Data | undefined, at: DocumentPath, reading: ComponentReading): Config['outputs'] {
  const outputs = new Map<string, { isError: boolean; at: DocumentPath }>();
  for (const [name, entry, place] of namedEntries(written, at, reading)) {
    outputs.set(name, { isError: isTrue(entryOf(entry, 'error_output')), at: place });
  }
  return outputs;
}

/** True for a group whose tool gets all inputs before it starts. */
export function readsAtStart(group: ConfigGroup): boolean {
  return group !== 'chef';
}
