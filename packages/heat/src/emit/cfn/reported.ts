import { attributeCall, callsIn } from '../../model/hot.ts';
import type { Server } from '../../model/role.ts';
import { outputNamed } from '../../model/server-outputs.ts';
import type { Template } from '../../model/template.ts';

/** Find for each server the outputs of its roles that the template's outputs show: its machine sends them to Heat. */
export function reportedOutputs(
  { outputs }: Template,
  servers: ReadonlyMap<string, Server>,
): ReadonlyMap<string, readonly string[]> {
  const report = new Map<string, Set<string>>();
  for (const call of callsIn(outputs)) {
    const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
    const server = read === undefined ? undefined : servers.get(read.resource);
    if (server === undefined || read?.attribute === undefined || outputNamed(server, read.attribute) === undefined)
      continue;
    report.set(read.resource, (report.get(read.resource) ?? new Set()).add(read.attribute));
  }
  return new Map([...report].map(([name, shown]) => [name, [...shown]]));
}
