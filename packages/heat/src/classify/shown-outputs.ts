import { callsIn } from '../model/hot.ts';
import { nodesOf } from '../model/node-names.ts';
import type { Server } from '../model/role.ts';
import { outputNamed } from '../model/server-outputs.ts';
import { serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';

/** Find for each server the outputs of its roles that the template's own outputs show, each once: its machines send them to Heat. */
export function shownOutputs(
  { outputs }: Template,
  servers: ReadonlyMap<string, Server>,
): ReadonlyMap<string, readonly string[]> {
  const shown = new Map<string, Set<string>>();
  for (const call of callsIn(outputs)) {
    const { server, attribute = '' } = serverRead(call, servers) ?? {};
    if (server === undefined || outputNamed(server, attribute) === undefined) continue;
    shown.set(server.resource, (shown.get(server.resource) ?? new Set()).add(attribute));
  }
  return new Map([...shown].map(([name, attributes]) => [name, [...attributes]]));
}

/** An output of a node. */
export interface NodeOutput {
  readonly node: string;
  readonly output: string;
}

/** List the same by node; of a group those of all members. */
export function shownByNode(template: Template, servers: ReadonlyMap<string, Server>): readonly NodeOutput[] {
  return [...shownOutputs(template, servers)].flatMap(([resource, outputs]) => {
    const server = servers.get(resource);
    const nodes = server === undefined ? [] : nodesOf(server);
    return outputs.flatMap((output) => nodes.map((node) => ({ node, output })));
  });
}
