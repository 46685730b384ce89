import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';

/** Keys of networks that are of one server. */
const ownKeys: ReadonlySet<string> = new Set(['port', 'fixed_ip', 'floating_ip']);

/**
 * Say whether a coordinator's server may have a property of another server.
 *
 * Not what is one server's own, and not what Heat can tell only when it has made the coordinator: a rule with the address of a server with roles.
 * @param resources  Those of the template, which name the coordinator where they need it, but do not have it.
 */
export function isShareable(value: Data, resources: DataMap): boolean {
  if (isOneServers(value)) return false;
  const open = [...resourcesIn(value)];
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const resource = entryOf(resources, name);
    if (resource === undefined) return false;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...resourcesIn(resource), ...names(entryOf(resource, 'depends_on')));
  }
  return true;
}

function isOneServers(data: Data): boolean {
  if (isDataList(data)) return data.some(isOneServers);
  if (!isDataMap(data)) return typeof data === 'string' && data.includes('%index%');
  return Object.entries(data).some(([key, value]) => ownKeys.has(key) || isOneServers(value));
}

/** The resources that functions in it read. */
function resourcesIn(data: Data): readonly string[] {
  if (isDataList(data)) return data.flatMap(resourcesIn);
  if (!isDataMap(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    if (key === 'get_resource') return names(value);
    if (key !== 'get_attr') return resourcesIn(value);
    const [name, ...path] = isDataList(value) ? value : [value];
    return [...names(name), ...path.flatMap(resourcesIn)];
  });
}

function names(data: Data | undefined): readonly string[] {
  if (isDataList(data)) return data.filter((name) => typeof name === 'string');
  return typeof data === 'string' ? [data] : [];
}
