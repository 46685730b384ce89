import type { Server } from '../../model/role.ts';
import { outputNamed } from '../../model/server-outputs.ts';
import { type Data, isDataList, isDataMap } from '../../read/data.ts';
import { waitName } from './names.ts';

/**
 * Rewrite the outputs of a template: a role's output reaches Heat with the signal of its node, as JSON in the data of the wait condition.
 *
 * @param dataAttribute  That of wait conditions which has the data.
 * `Fn::Select` reads JSON, so the output has the value itself.
 */
export function rewriteOutputs(data: Data, servers: ReadonlyMap<string, Server>, dataAttribute: string): Data {
  if (isDataList(data)) return data.map((item) => rewriteOutputs(item, servers, dataAttribute));
  if (!isDataMap(data)) return data;
  const read = Object.keys(data).length === 1 ? data['Fn::GetAtt'] : undefined;
  const [resource, output, ...segments] = isDataList(read) ? read : [];
  const server = typeof resource === 'string' ? servers.get(resource) : undefined;
  if (server === undefined || typeof output !== 'string' || outputNamed(server, output) === undefined) {
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, rewriteOutputs(value, servers, dataAttribute)]),
    );
  }
  let value: Data = { 'Fn::GetAtt': [waitName(server.resource), dataAttribute] };
  for (const key of [server.node, output, ...segments]) value = { 'Fn::Select': [key, value] };
  return value;
}
