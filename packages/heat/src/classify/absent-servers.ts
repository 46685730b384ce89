import { callsIn, type Hot, type HotCall } from '../model/hot.ts';
import type { Role, RoleInput, Server } from '../model/role.ts';
import type { Template } from '../model/template.ts';
import { writeData } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { type Reading, serverOf } from './reading.ts';

/**
 * Look for reads of, and waits for, what a server writes that Heat may not create, as it has a condition.
 *
 * @returns The warnings, one for each.
 */
export function absentServerWarnings(
  template: Template,
  servers: ReadonlyMap<string, Server>,
  readings: ReadonlyMap<HotCall, Reading>,
): readonly string[] {
  const { source, resources } = template;
  const conditionOf = ({ resource }: Server): string | undefined => {
    const condition = resources.get(resource)?.condition;
    return condition === undefined ? undefined : writeData(condition);
  };
  const warnings: string[] = [];
  if ([...servers.values()].every((server) => conditionOf(server) === undefined)) return warnings;
  for (const reader of servers.values()) {
    for (const { server, at, end } of waitsOf(reader, servers, readings)) {
      const condition = conditionOf(server);
      if (server === reader || condition === undefined || condition === conditionOf(reader)) continue;
      const text = `"${server.resource}" is there only when its condition holds; without it ${end}`;
      warnings.push(source.warning(at, 'W_CONDITION', text));
    }
  }
  return warnings;
}

interface Wait {
  readonly server: Server;
  readonly at: DocumentPath;
  readonly end: string;
}

function* waitsOf(
  reader: Server,
  servers: ReadonlyMap<string, Server>,
  readings: ReadonlyMap<HotCall, Reading>,
): Generator<Wait> {
  for (const role of reader.roles) {
    for (const input of role.inputs) yield* waitsOfInput(input, readings);
    yield* waitsOfAfter(role, servers);
  }
}

function* waitsOfInput(
  { value, missing, default: fallback }: RoleInput,
  readings: ReadonlyMap<HotCall, Reading>,
): Generator<Wait> {
  if (missing === 'fail') return;
  for (const { call, isChosen } of callsWithChoice(value)) {
    const reading = readings.get(call);
    const server = reading === undefined ? undefined : serverOf(reading);
    const end = call === value && fallback !== undefined ? 'this read gives its default' : 'this read gives null';
    if (server !== undefined && !isChosen) yield { server, at: call.at, end };
  }
}

/** Every call, and whether it stands in an `if`: then the template says itself what stands for a value that is not there. */
function* callsWithChoice(hot: Hot): Generator<{ readonly call: HotCall; readonly isChosen: boolean }> {
  const calls = [...callsIn(hot)];
  const chosen = new Set(calls.filter(({ name }) => name === 'if').flatMap((call) => [...callsIn(call.argument)]));
  for (const call of calls) yield { call, isChosen: chosen.has(call) };
}

function* waitsOfAfter({ after }: Role, servers: ReadonlyMap<string, Server>): Generator<Wait> {
  for (const { text, at } of after) {
    const server = servers.get(text.slice(0, Math.max(0, text.lastIndexOf('.'))));
    if (server !== undefined) yield { server, at, end: 'this wait ends after its deadline with an error' };
  }
}
