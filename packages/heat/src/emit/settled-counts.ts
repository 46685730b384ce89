import type { Server } from '../model/role.ts';
import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';

/**
 * Settle the parameters that give the count of groups with roles: the plan has a node for each member, so Heat shall refuse another value
 * before it creates anything.
 *
 * The count stands in no user data: a machine that is there stays as it is when its group grows.
 */
export function settleCounts(parameters: Data, servers: ReadonlyMap<string, Server>): DataMap {
  const schemas = isDataMap(parameters) ? parameters : {};
  // Two groups may have their count from one parameter.
  const counts = new Map([...servers.values()].map(({ group }) => [group?.parameter, group?.count ?? 0]));
  const settled = [...counts].flatMap(([name = '', count]) => {
    const schema = entryOf(schemas, name);
    return isDataMap(schema) ? [[name, settle(name, schema, count)] as const] : [];
  });
  return { ...schemas, ...Object.fromEntries(settled) };
}

function settle(name: string, schema: DataMap, count: number): DataMap {
  const value = entryOf(schema, 'type') === 'number' ? count : String(count);
  const constraints = entryOf(schema, 'constraints');
  const constraint = {
    allowed_values: [value],
    description: `the plan was compiled for ${name}=${count}; for another number: heddle compile --parameter ${name}=COUNT, then heddle seed`,
  };
  return { ...schema, default: value, constraints: [...(isDataList(constraints) ? constraints : []), constraint] };
}
