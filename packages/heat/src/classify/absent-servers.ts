import { callsIn, type HotCall } from '../model/hot.ts';
import type { Role, RoleInput, Server } from '../model/role.ts';
import type { Template } from '../model/template.ts';
import { writeData } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import type { Reading } from './classify.ts';

/**
 * Look for waits for what a server writes that Heat may not create, as it has a condition: they last until their deadline.
 *
 * @returns The warnings, one for each wait.
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
  for (const reader of servers.values()) {
    for (const { server, at, what, end } of waitsOf(reader, servers, readings)) {
      const condition = conditionOf(server);
      if (server === reader || condition === undefined || condition === conditionOf(reader)) continue;
      const text = `"${server.resource}" is there only when its condition holds; without it ${what} ends after its deadline ${end}`;
      warnings.push(source.warning(at, 'W_CONDITION', text));
    }
  }
  return warnings;
}

interface Wait {
  readonly server: Server;
  readonly at: DocumentPath;
  readonly what: 'this read' | 'this wait';
  readonly end: 'with an error' | 'with its default';
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

function* waitsOfInput({ value, missing }: RoleInput, readings: ReadonlyMap<HotCall, Reading>): Generator<Wait> {
  if (missing === 'fail') return;
  for (const call of callsIn(value)) {
    const reading = readings.get(call);
    if (reading === undefined || reading.kind === 'static') continue;
    const end = missing === 'default' ? 'with its default' : 'with an error';
    yield { server: reading.server, at: call.at, what: 'this read', end };
  }
}

function* waitsOfAfter({ after }: Role, servers: ReadonlyMap<string, Server>): Generator<Wait> {
  for (const { text, at } of after) {
    const server = servers.get(text.slice(0, Math.max(0, text.lastIndexOf('.'))));
    if (server !== undefined) yield { server, at, what: 'this wait', end: 'with an error' };
  }
}
