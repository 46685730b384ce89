import { isHeddleError } from '../errors/heddle-error.ts';
import { parseInput } from '../expressions/input-template.ts';
import type { DocumentPath } from '../expressions/report.ts';
import { parseTemplate, unreadable } from '../expressions/template.ts';
import { type AttributePath, parseDeclaredPath, relatePaths } from '../paths/attribute-path.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { parseDuration } from '../time/duration.ts';
import { isMap, type Json } from '../values/json.ts';
import { findAdapterKey } from './adapter-key.ts';
import type { DeclaredInput, DeclaredOutput, DeclaredRole } from './model.ts';
import type { MissingPolicy, PublishPolicy } from './plan.ts';
import type { Source } from './source.ts';
import type { Traits } from './traits.ts';
import { readsPeers } from './traits-in-use.ts';

/** What a role takes from the deployment when it says nothing itself. */
export interface RoleDefaults {
  readonly deadlineMs: number;
  readonly traits: Traits;
}

const missingPolicies: readonly MissingPolicy[] = ['wait', 'fail', 'default'];

/** Read one role; what is wrong within it is reported, and what cannot be read is left out. */
export function declareRole(
  data: { readonly [key: string]: Json },
  index: number,
  at: DocumentPath,
  source: Source,
  defaults: RoleDefaults,
): DeclaredRole {
  const { report } = source.problems;
  const adapter = findAdapterKey(data, at, source, report);
  const deadlineMs = readDeadline(data.deadline, [...at, 'deadline'], source) ?? defaults.deadlineMs;
  const after = (Array.isArray(data.after) ? (data.after as readonly Json[]) : []).flatMap((text, entry) =>
    typeof text === 'string' ? [{ text, at: [...at, 'after', entry] }] : [],
  );
  return {
    name: typeof data.name === 'string' ? data.name : '',
    index,
    adapter: adapter ?? '',
    options:
      adapter === undefined ? unreadable : parseTemplate(data[adapter] as Json, [...at, adapter], report, 'options'),
    inputs: declareInputs(data.inputs, [...at, 'inputs'], source, deadlineMs),
    outputs: declareOutputs(data.outputs, [...at, 'outputs'], source),
    after,
    deadlineMs,
    concurrent: data.concurrent === true,
    readsPeers: adapter !== undefined && readsPeers(defaults.traits, adapter, data[adapter] as Json),
    at,
  };
}

/** Read a deadline; undefined when there is none or it cannot be read. */
export function readDeadline(written: Json | undefined, at: DocumentPath, source: Source): number | undefined {
  if (typeof written !== 'string') return undefined;
  const deadlineMs = readText(() => parseDuration(written), at, source, 'the deadline ');
  if (deadlineMs !== 0) return deadlineMs;
  source.problems.report(at, `the deadline "${written}" is no time at all; for "do not wait" say missing: fail`);
  return undefined;
}

/** Read how long an agent may be gone; undefined when the file does not say it or it cannot be read. */
export function readGrace(source: Source): number | undefined {
  const { grace } = source.data;
  if (typeof grace !== 'string') return undefined;
  const graceMs = readText(() => parseDuration(grace), ['grace'], source, 'the grace period ');
  if (graceMs !== 0) return graceMs;
  source.problems.report(['grace'], `the grace period "${grace}" is no time at all: no agent could ever be back in it`);
  return undefined;
}

function declareInputs(
  written: Json | undefined,
  at: DocumentPath,
  source: Source,
  roleDeadlineMs: number,
): readonly DeclaredInput[] {
  const inputs: DeclaredInput[] = [];
  for (const [key, data] of Object.entries(isMap(written) ? written : {})) {
    const input = declareInput(key, data, [...at, key], source, roleDeadlineMs);
    if (input === undefined) continue;
    const clash = inputs.find((other) => relatePaths(other.path, input.path) !== 'apart');
    if (clash !== undefined) source.problems.report(input.at, clashMessage(input, clash, source));
    inputs.push(input);
  }
  return inputs;
}

function clashMessage(input: DeclaredInput, other: DeclaredInput, source: Source): string {
  const own = String(input.at.at(-1));
  const name = `"${String(other.at.at(-1))}" (line ${source.locate(other.at).line})`;
  return relatePaths(input.path, other.path) === 'outer'
    ? `the input "${own}" already holds the input ${name}: declare one of them`
    : `the input "${own}" lies inside the input ${name}: declare one of them`;
}

function declareInput(
  key: string,
  data: Json,
  at: DocumentPath,
  source: Source,
  roleDeadlineMs: number,
): DeclaredInput | undefined {
  const { report } = source.problems;
  const path = readPath(key, at, source);
  const written = parseInput(data, at, report);
  if (written.deadline !== undefined && typeof written.deadline !== 'string') {
    report([...at, 'deadline'], '"deadline" must be a duration such as 90s or 10m');
  }
  const deadlineMs = readDeadline(written.deadline, [...at, 'deadline'], source) ?? roleDeadlineMs;
  const missing = readMissing(written.missing, written.default !== undefined, at, source);
  if (path === undefined) return undefined;
  const input = { path, value: written.value, deadlineMs, missing, at };
  return written.default === undefined || missing !== 'default' ? input : { ...input, default: written.default };
}

/** A default alone says enough; a default beside another policy contradicts it. */
function readMissing(written: Json | undefined, hasDefault: boolean, at: DocumentPath, source: Source): MissingPolicy {
  const { report } = source.problems;
  if (written === undefined) return hasDefault ? 'default' : 'wait';
  const policy = missingPolicies.find((known) => known === written);
  if (policy === undefined) {
    const meant = typeof written === 'string' ? didYouMean(written, missingPolicies) : undefined;
    report(
      [...at, 'missing'],
      `"missing" must be wait, fail or default${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    );
    return 'wait';
  }
  if (policy === 'default' && !hasDefault)
    report([...at, 'missing'], '"missing: default" needs the key "default" with the value');
  if (policy !== 'default' && hasDefault)
    report([...at, 'default'], `"default" is never used with "missing: ${policy}"`);
  return policy;
}

function declareOutputs(written: Json | undefined, at: DocumentPath, source: Source): readonly DeclaredOutput[] {
  return Object.entries(isMap(written) ? written : {}).flatMap(([name, data]) => {
    const settings = isMap(data) ? data : { path: data };
    if (typeof settings.path !== 'string') return [];
    const path = readPath(settings.path, isMap(data) ? [...at, name, 'path'] : [...at, name], source);
    const publish = (typeof settings.publish === 'string' ? settings.publish : 'settled') as PublishPolicy;
    return [{ name, path: path ?? [], sensitive: settings.sensitive === true, publish, at: [...at, name] }];
  });
}

function readPath(text: string, at: DocumentPath, source: Source): AttributePath | undefined {
  return readText(() => parseDeclaredPath(text), at, source);
}

/** Run a reader of one text; its error is reported at the place of the text. */
function readText<T>(read: () => T, at: DocumentPath, source: Source, what = ''): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (!isHeddleError(thrown)) throw thrown;
    source.problems.report(at, `${what}${thrown.message}`);
    return undefined;
  }
}
