import {
  type AttributePath,
  findAdapterKey,
  formatPath,
  isHeddleError,
  joinWords,
  type MissingPolicy,
  nameProblem,
  outputKeys,
  type PublishPolicy,
  parseDeclaredPath,
  parseDuration,
  relatePaths,
  suggest,
} from '@heddle/core';
import { type Data, type DataMap, dataWords, isDataList, isDataMap, toJson } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { callsIn, callWords, type Hot } from './hot.ts';
import type { Role, RoleInput, RoleOutput } from './role.ts';

/** Where roles are read, and what they take from there when they say nothing themselves. */
export interface RoleReading {
  readonly source: TemplateSource;
  /** Reads an expression in the language of the template. */
  readonly readExpression: (data: Data, at: DocumentPath) => Hot;
  readonly deadlineMs: number;
}

const longKeys = ['$value', 'deadline', 'missing', 'default', 'sensitive'];
const missingPolicies: readonly MissingPolicy[] = ['wait', 'fail', 'default'];
const publishPolicies: readonly PublishPolicy[] = ['settled', 'early', 'end'];

/** Read one entry of `roles`; what is wrong within it is reported, undefined when it is no role at all. */
export function readRole(data: Data, index: number, at: DocumentPath, reading: RoleReading): Role | undefined {
  const { source } = reading;
  if (typeof data === 'string') return readShorthand(data, index, at, reading);
  if (!isDataMap(data)) {
    source.report(at, 'E_ROLE', `a role is the name of a Chef role, or a map with name; this is ${dataWords(data)}`);
    return undefined;
  }
  const name = readName(data, at, source);
  const adapter = findAdapterKey(data, at, source, (path, text) => source.report(path, 'E_KEY', text));
  const deadlineMs = readDeadline(data.deadline, [...at, 'deadline'], source) ?? reading.deadlineMs;
  if (data.concurrent !== undefined && typeof data.concurrent !== 'boolean') {
    source.report([...at, 'concurrent'], 'E_ROLE', `"concurrent" is true or false, not ${dataWords(data.concurrent)}`);
  }
  return {
    name: name ?? '',
    index,
    adapter: adapter ?? '',
    options: adapter === undefined ? null : readOptions(data[adapter] ?? null, [...at, adapter], reading),
    inputs: readInputs(data.inputs, [...at, 'inputs'], { ...reading, deadlineMs }),
    outputs: readOutputs(data.outputs, [...at, 'outputs'], source),
    after: readAfter(data.after, [...at, 'after'], source),
    deadlineMs,
    concurrent: data.concurrent === true,
    at,
  };
}

/** `mysql` and `role[mysql]` are Chef roles, `recipe[mysql::server]` is a recipe. */
function readShorthand(text: string, index: number, at: DocumentPath, reading: RoleReading): Role | undefined {
  const [, kind = 'role', listed] = /^(role|recipe)\[([^\]]+)\]$/.exec(text) ?? [];
  const target = listed ?? text;
  const name = target
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const problem = nameProblem('role', name);
  if (problem !== undefined || (listed === undefined && !/^[\w-]+$/.test(text))) {
    reading.source.report(at, 'E_ROLE', `"${text}" is no role: write mysql, role[mysql] or recipe[mysql::server]`);
    return undefined;
  }
  return {
    name,
    index,
    adapter: 'chef',
    options: { run_list: [`${kind}[${target}]`] },
    inputs: [],
    outputs: [],
    after: [],
    deadlineMs: reading.deadlineMs,
    concurrent: false,
    at,
  };
}

function readName({ name }: DataMap, at: DocumentPath, source: TemplateSource): string | undefined {
  if (typeof name !== 'string') {
    source.report(name === undefined ? at : [...at, 'name'], 'E_ROLE', 'the role needs a name');
    return undefined;
  }
  const problem = nameProblem('role', name);
  if (problem !== undefined) source.report([...at, 'name'], 'E_NAME', problem);
  return name;
}

/** Options are constants: a function in them would reach the CM tool as a map. */
function readOptions(data: Data, at: DocumentPath, { source, readExpression }: RoleReading) {
  for (const call of callsIn(readExpression(data, at))) {
    const text = `options of an adapter are constants: give what ${callWords(call)} gives as an input`;
    source.report(call.at, 'E_OPTION', text);
  }
  return toJson(data);
}

function readInputs(data: Data | undefined, at: DocumentPath, reading: RoleReading): readonly RoleInput[] {
  const { source } = reading;
  if (data === undefined || data === null) return [];
  if (!isDataMap(data)) {
    source.report(at, 'E_ROLE', `"inputs" is a map from attribute path to value, not ${dataWords(data)}`);
    return [];
  }
  const inputs: RoleInput[] = [];
  for (const [key, value] of Object.entries(data)) {
    const input = readInput(key, value, [...at, key], reading);
    if (input === undefined) continue;
    const clash = inputs.find((other) => relatePaths(other.path, input.path) !== 'apart');
    if (clash !== undefined) {
      const { line } = source.locate(clash.at);
      source.report(
        input.at,
        'E_PATH',
        `"${key}" and "${formatPath(clash.path)}" (line ${line}) lie one in the other: declare one of them`,
      );
    }
    inputs.push(input);
  }
  return inputs;
}

function readInput(key: string, data: Data, at: DocumentPath, reading: RoleReading): RoleInput | undefined {
  const { source, readExpression } = reading;
  const path = readPath(key, at, source);
  if (isDataMap(data) && Object.hasOwn(data, '$gather')) {
    source.report([...at, '$gather'], 'E_KEY', '"$gather" belongs to heddle.yaml; here get_attr of the group gathers');
    return undefined;
  }
  const isLong = isDataMap(data) && Object.hasOwn(data, '$value');
  if (path === undefined) return undefined;
  if (!isLong) {
    const { deadlineMs } = reading;
    const value = readExpression(data, at);
    return { path, value, calls: callsIn(value), deadlineMs, missing: 'wait', isSensitive: false, at };
  }
  for (const unknown of Object.keys(data).filter((word) => !longKeys.includes(word))) {
    source.report(
      [...at, unknown],
      'E_KEY',
      `unknown key "${unknown}"${suggest(unknown, longKeys, 'a long form has')}`,
    );
  }
  const fallback = data.default;
  const missing = readMissing(data, at, source);
  const value = readExpression(data.$value ?? null, [...at, '$value']);
  return {
    path,
    value,
    calls: callsIn(value),
    deadlineMs: readDeadline(data.deadline, [...at, 'deadline'], source) ?? reading.deadlineMs,
    missing,
    ...(missing === 'default' && fallback !== undefined
      ? { default: readOptions(fallback, [...at, 'default'], reading) }
      : {}),
    isSensitive: readSensitive(data.sensitive, [...at, 'sensitive'], source),
    at,
  };
}

function readMissing(data: DataMap, at: DocumentPath, source: TemplateSource): MissingPolicy {
  const hasDefault = data.default !== undefined;
  if (data.missing === undefined) return hasDefault ? 'default' : 'wait';
  const policy = missingPolicies.find((known) => known === data.missing);
  if (policy === undefined) {
    source.report([...at, 'missing'], 'E_ROLE', `"missing" is ${joinWords(missingPolicies, 'or')}`);
    return 'wait';
  }
  if ((policy === 'default') !== hasDefault) {
    const text = hasDefault
      ? `"default" is never used with "missing: ${policy}"`
      : '"missing: default" needs the key "default"';
    source.report([...at, 'missing'], 'E_ROLE', text);
  }
  return policy;
}

function readOutputs(data: Data | undefined, at: DocumentPath, source: TemplateSource): readonly RoleOutput[] {
  if (data === undefined || data === null) return [];
  if (isDataList(data)) {
    return data.flatMap((item, index) =>
      readOutput(typeof item === 'string' ? item : '', item, [...at, index], source),
    );
  }
  if (isDataMap(data))
    return Object.entries(data).flatMap(([name, value]) => readOutput(name, value, [...at, name], source));
  source.report(
    at,
    'E_ROLE',
    `"outputs" is a map from name to attribute path, or a list of paths, not ${dataWords(data)}`,
  );
  return [];
}

function readOutput(name: string, data: Data, at: DocumentPath, source: TemplateSource): readonly RoleOutput[] {
  const settings: DataMap = isDataMap(data) ? data : { path: data };
  for (const key of Object.keys(settings).filter((word) => !outputKeys.includes(word))) {
    source.report([...at, key], 'E_KEY', `unknown key "${key}"${suggest(key, outputKeys, 'an output has')}`);
  }
  const problem = nameProblem('output', name);
  if (problem !== undefined) source.report(at, 'E_NAME', problem);
  if (typeof settings.path !== 'string') {
    source.report(at, 'E_PATH', `the output "${name}" needs an attribute path, not ${dataWords(settings.path)}`);
    return [];
  }
  const path = readPath(settings.path, at, source);
  const { publish = 'settled' } = settings;
  const sensitive = readSensitive(settings.sensitive, [...at, 'sensitive'], source);
  const policy = publishPolicies.find((known) => known === publish);
  if (policy === undefined)
    source.report([...at, 'publish'], 'E_ROLE', `"publish" is ${joinWords(publishPolicies, 'or')}`);
  if (path === undefined || problem !== undefined) return [];
  return [{ name, path, sensitive, publish: policy ?? 'settled', at }];
}

function readSensitive(data: Data | undefined, at: DocumentPath, source: TemplateSource): boolean {
  if (data !== undefined && typeof data !== 'boolean') {
    source.report(at, 'E_ROLE', `"sensitive" is true or false, not ${dataWords(data)}`);
  }
  return data === true;
}

function readAfter(data: Data | undefined, at: DocumentPath, source: TemplateSource): Role['after'] {
  if (data === undefined || data === null) return [];
  const entries = isDataList(data) ? data : [];
  const texts = entries.flatMap((text, index) => (typeof text === 'string' ? [{ text, at: [...at, index] }] : []));
  if (texts.length !== entries.length || !isDataList(data)) {
    source.report(at, 'E_ROLE', '"after" is a list of roles that must have succeeded first: [SERVER.ROLE]');
  }
  return texts;
}

function readDeadline(data: Data | undefined, at: DocumentPath, source: TemplateSource): number | undefined {
  if (data === undefined) return undefined;
  if (typeof data !== 'string') {
    source.report(at, 'E_ROLE', `"deadline" is a duration such as 90s or 10m, not ${dataWords(data)}`);
    return undefined;
  }
  const deadlineMs = attempt(() => parseDuration(data), at, 'E_ROLE', source);
  if (deadlineMs === 0)
    source.report(at, 'E_ROLE', 'a deadline of 0 is no time at all; for "do not wait" say missing: fail');
  return deadlineMs === 0 ? undefined : deadlineMs;
}

function readPath(text: string, at: DocumentPath, source: TemplateSource): AttributePath | undefined {
  return attempt(() => parseDeclaredPath(text), at, 'E_PATH', source);
}

function attempt<T>(read: () => T, at: DocumentPath, code: string, source: TemplateSource): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (!isHeddleError(thrown)) throw thrown;
    source.report(at, code, thrown.message);
    return undefined;
  }
}
