import { callsIn } from '../model/hot.ts';
import { nodesOf } from '../model/node-names.ts';
import type { Server } from '../model/role.ts';
import { serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';

/** List the outputs of roles that the template's own outputs show, `NODE.OUTPUT`, each once; of a group those of all members. */
export function shownOutputs(template: Template, servers: ReadonlyMap<string, Server>): readonly string[] {
  const shown = new Set<string>();
  for (const call of callsIn(template.outputs)) {
    const { server, attribute = '' } = serverRead(call, servers) ?? {};
    if (server?.outputs.has(attribute) !== true) continue;
    for (const node of nodesOf(server)) shown.add(`${node}.${attribute}`);
  }
  return [...shown];
}
