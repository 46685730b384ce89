import { callsIn } from '../model/hot.ts';
import { nodesOf } from '../model/node-names.ts';
import type { Server } from '../model/role.ts';
import { outputNamed } from '../model/server-outputs.ts';
import { serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';

/** An output of a node. */
export interface ShownOutput {
  readonly node: string;
  readonly output: string;
}

/** List the outputs that the template's own outputs show, each once; of a group those of all members. */
export function shownOutputs(template: Template, servers: ReadonlyMap<string, Server>): readonly ShownOutput[] {
  const shown = new Map<string, ShownOutput>();
  for (const call of callsIn(template.outputs)) {
    const { server, attribute } = serverRead(call, servers) ?? {};
    const output = server === undefined ? undefined : outputNamed(server, attribute)?.output.name;
    if (server === undefined || output === undefined) continue;
    for (const node of nodesOf(server)) shown.set(`${node}.${output}`, { node, output });
  }
  return [...shown.values()];
}
