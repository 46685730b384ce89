import { attributeCall, callsIn } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import type { Template } from '../model/template.ts';

/** List the outputs of roles that the template's own outputs show, `NODE.OUTPUT`, each once. */
export function shownOutputs(template: Template, servers: ReadonlyMap<string, Server>): readonly string[] {
  const shown = new Set<string>();
  for (const call of callsIn(template.outputs)) {
    const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
    const server = servers.get(read?.resource ?? '');
    if (server?.outputs.has(read?.attribute ?? '') === true) shown.add(`${server.node}.${read?.attribute}`);
  }
  return [...shown];
}
