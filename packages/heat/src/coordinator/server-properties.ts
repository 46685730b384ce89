import { type Data, type DataMap, entryOf } from '../read/data.ts';
import { isShareable } from './shareable.ts';

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
 * A key pair and a zone that cannot be shared are left out: a server works without.
 * @param other  The properties of a server of the template; undefined when there is none to go by.
 * @param resources  Those of the template, which name the coordinator where they need it.
 */
export function serverProperties(other: Data | undefined, resources: DataMap): ServerProperties {
  const properties: Record<string, Data> = {};
  for (const key of copied) {
    const value = entryOf(other, key);
    if (value !== undefined && isShareable(value, resources)) properties[key] = value;
  }
  const parameters: Record<string, Data> = {};
  const ask = (key: string, what: string, type = 'string'): Data => {
    const name = `heddle_coordinator_${key}`;
    parameters[name] = { type, description: `${what} of the coordinator` };
    return { get_param: name };
  };
  properties['image'] ??= ask('image', 'Image');
  properties['flavor'] ??= ask('flavor', 'Flavor');
  // Without a word about groups a server is in the default one, as the others are then.
  if (entryOf(other, 'security_groups') !== undefined)
    properties['security_groups'] ??= ask('security_groups', 'Security groups', 'comma_delimited_list');
  // Without a word about networks a server is on the only one that its project has.
  if (other === undefined || entryOf(other, 'networks') !== undefined)
    properties['networks'] ??= [{ network: ask('network', 'Network') }];
  return { properties, parameters };
}
