import type { Server } from '../../model/role.ts';
import { type Data, isDataList, isDataMap } from '../../read/data.ts';
import { waitName } from './names.ts';

/**
 * Rewrite the outputs of a template: a role's output reaches Heat with the signal of its node, as JSON in the data of the wait condition.
 *
 * `Fn::Select` reads JSON, so the output has the value itself.
 */
export function rewriteOutputs(data: Data, servers: ReadonlyMap<string, Server>): Data {
  if (isDataList(data)) return data.map((item) => rewriteOutputs(item, servers));
  if (!isDataMap(data)) return data;
  const read = Object.keys(data).length === 1 ? data['Fn::GetAtt'] : undefined;
  const [resource, output, ...segments] = isDataList(read) ? read : [];
  const server = typeof resource === 'string' ? servers.get(resource) : undefined;
  if (server === undefined || typeof output !== 'string' || !server.outputs.has(output)) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, rewriteOutputs(value, servers)]));
  }
  let value: Data = { 'Fn::GetAtt': [waitName(server.resource), 'Data'] };
  for (const key of [server.node, output, ...segments]) value = { 'Fn::Select': [key, value] };
  return value;
}
