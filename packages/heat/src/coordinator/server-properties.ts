import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';

/** What a coordinator's server has as the servers with roles have it. */
const copied: readonly string[] = ['image', 'flavor', 'key_name', 'security_groups', 'availability_zone', 'networks'];

/** Properties of a server, and the parameters that they need. */
export interface ServerProperties {
  readonly properties: DataMap;
  readonly parameters: DataMap;
}

/**
 * Choose the properties of a coordinator's server: those of another one as far as they can be shared, else parameters.
 *
 * A port belongs to one server, and what is read of other resources might need the coordinator itself.
 * @param other  The properties of a server of the template; undefined when there is none to go by.
 */
export function serverProperties(other: Data | undefined): ServerProperties {
  const properties: Record<string, Data> = {};
  for (const key of copied) {
    const value = entryOf(other, key);
    if (value !== undefined && isShareable(value)) properties[key] = value;
  }
  const parameters: Record<string, Data> = {};
  const ask = (key: string, what: string): Data => {
    const name = `heddle_coordinator_${key}`;
    parameters[name] = { type: 'string', description: `${what} of the coordinator` };
    return { get_param: name };
  };
  properties['image'] ??= ask('image', 'Image');
  properties['flavor'] ??= ask('flavor', 'Flavor');
  // Without a word about networks a server is on the only one that its project has.
  if (other === undefined || entryOf(other, 'networks') !== undefined)
    properties['networks'] ??= [{ network: ask('network', 'Network') }];
  return { properties, parameters };
}

/** True for what any number of servers may have. */
function isShareable(data: Data): boolean {
  if (isDataList(data)) return data.every(isShareable);
  if (!isDataMap(data)) return typeof data !== 'string' || !data.includes('%index%');
  return Object.entries(data).every(([key, value]) => !own.has(key) && isShareable(value));
}

/** Keys of networks that are of one server, and functions that read other resources. */
const own: ReadonlySet<string> = new Set(['port', 'fixed_ip', 'floating_ip', 'get_attr', 'yaql']);
