import { formatPath } from '@heddle/core';
import type { ReadFile } from '../classify/check-nested.ts';
import { type Data, type DataMap, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { argumentOfCall, calledFunction } from './call-data.ts';
import { configAdapter } from './config-adapter.ts';
import type { ReadRewriter } from './rewrite-reads.ts';
import { type ComponentReading, type Config, type Deployment, outputName, type Placed } from './terms.ts';

/** A role as a template would say it, and for paths within it where what stands there comes from. */
export interface BuiltRole {
  readonly data: DataMap;
  readonly places: readonly (readonly [path: DocumentPath, from: DocumentPath])[];
}

export interface RoleBuilding {
  readonly rewriter: ReadRewriter;
  readonly reading: ComponentReading;
  readonly readFile?: ReadFile;
}

/** The keys of `options` that a run takes over. */
const knownOptions: Readonly<Record<Config['group'], readonly string[]>> = {
  script: [],
  ansible: ['tags', 'skip_tags', 'modulepath', 'callback_plugins', 'inventory'],
  chef: [],
};

/** Write the role that a deployment with a configuration becomes. */
export function buildRole(
  deployment: Deployment,
  config: Config,
  after: readonly Placed[],
  building: RoleBuilding,
): BuiltRole {
  const { rewriter, reading } = building;
  const inputs = inputsOf(deployment, config, reading);
  if (config.group !== 'chef') inputs.unshift([formatPath(['config']), config.text]);
  const outputs = outputsOf(deployment, config, rewriter);
  const options = optionsOf(config, reading);
  const names = new Set<string>();
  for (const [name, , at] of outputs) {
    if (names.has(name))
      reading.source.report(at, 'E_NAME', `two outputs of "${deployment.resource}" become ${name}: name one otherwise`);
    names.add(name);
  }
  return {
    data: {
      name: deployment.role,
      ...(config.group === 'chef'
        ? { chef: { run_list: runList(config, building) } }
        : { [configAdapter]: settings(deployment, config, options) }),
      inputs: Object.fromEntries(inputs.map(([path, { data, at }]) => [path, { $value: rewriter.rewrite(data, at) }])),
      outputs: Object.fromEntries(outputs.map(([name, path]) => [name, path])),
      after: after.map(({ data }) => data),
    },
    places: [
      [[], deployment.at],
      ...inputs.flatMap(([path, { at }]) => [
        [['inputs', path], at] as const,
        [['inputs', path, '$value'], at] as const,
      ]),
      ...outputs.map(([name, , at]) => [['outputs', name], at] as const),
      ...after.map(({ at }, index) => [['after', index], at] as const),
      [[configAdapter, 'options'], config.options.at],
    ],
  };
}

function settings({ resource }: Deployment, { group, outputs }: Config, options: DataMap): DataMap {
  const errors = [...outputs].flatMap(([name, { isError }]) => (isError ? [name] : []));
  return {
    group,
    deployment: resource,
    ...(errors.length === 0 ? {} : { errors }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** Inputs that are declared, in their order, then those that only have a value. */
function inputsOf(
  { inputs: values, at }: Deployment,
  { inputs: declared, group }: Config,
  { warn }: ComponentReading,
): [path: string, value: Placed][] {
  const inputs: [string, Placed][] = [];
  const path = (name: string) => formatPath(group === 'chef' ? [name] : ['inputs', name]);
  for (const [name, fallback] of declared) {
    const value = values.get(name);
    if (value === undefined && !fallback.hasDefault) {
      warn(at, `the input "${name}" has neither a value nor a default, so it is empty`);
      inputs.push([path(name), { data: group === 'script' ? '' : null, at: fallback.at }]);
    } else inputs.push([path(name), value ?? fallback]);
  }
  for (const [name, value] of values) if (!declared.has(name)) inputs.push([path(name), value]);
  return inputs;
}

function outputsOf(
  deployment: Deployment,
  config: Config,
  rewriter: ReadRewriter,
): readonly (readonly [name: string, path: string, at: DocumentPath])[] {
  const path = (name: string) => formatPath(config.group === 'chef' ? [name] : ['outputs', name]);
  return [
    ...[...config.outputs].map(([name, { at }]) => [outputName(deployment.role, name), path(name), at] as const),
    ...rewriter
      .ownAttributesRead(deployment)
      .map((name) => [outputName(deployment.role, name), name, deployment.at] as const),
  ];
}

function optionsOf({ group, options: { data, at } }: Config, { source, warn, functions }: ComponentReading): DataMap {
  if (!isDataMap(data) || calledFunction(data, functions) !== undefined) {
    source.report(at, 'E_COMPONENT', '"options" is a map that is written out');
    return {};
  }
  const known = Object.entries(data).filter(([key]) => knownOptions[group].includes(key));
  for (const key of Object.keys(data)) {
    if (knownOptions[group].includes(key)) continue;
    const why =
      group === 'chef' ? 'cookbooks and solo.rb come with --content' : `a role of the group ${group} has none`;
    warn([...at, key], `the option "${key}" is left out: ${why}`);
  }
  return Object.fromEntries(known);
}

/** The run list of a Chef role has to be known: it is checked against the cookbooks. */
function runList({ text: { data, at } }: Config, { reading, readFile }: RoleBuilding): Data {
  const file = argumentOfCall(data, 'get_file');
  const text = typeof file === 'string' ? readFile?.(file) : data;
  const list = typeof text === 'string' ? parsed(text) : data;
  if (isDataList(list) && list.length > 0 && list.every((item) => typeof item === 'string')) return list;
  const fault =
    'a configuration of the group chef is its run list, as JSON or a list: ["recipe[shop]"], written out or in a file that is there';
  reading.source.report(at, 'E_COMPONENT', fault);
  return ['none'];
}

function parsed(text: string): Data | undefined {
  try {
    return JSON.parse(text) as Data;
  } catch {
    // What is no JSON is reported as no run list.
    return undefined;
  }
}
