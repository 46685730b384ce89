import { isMap, type Json } from '../values/json.ts';
import type { Traits } from './traits.ts';

/** A role as far as its traits depend on what it says. */
export interface RoleOptions {
  readonly adapter: string;
  readonly options: Json;
}

/** Leave out the adapters whose traits depend on an option that no role of the deployment sets. */
export function traitsInUse(traits: Traits, roles: readonly RoleOptions[]): Traits {
  return new Map(
    [...traits].filter(
      ([name, { readsPeers: trait }]) =>
        typeof trait !== 'object' ||
        roles.some(({ adapter, options }) => adapter === name && readsPeers(traits, name, options)),
    ),
  );
}

/** True when a role with these options may await outputs of other nodes without an input. */
export function readsPeers(traits: Traits, adapter: string, options: Json): boolean {
  const trait = traits.get(adapter)?.readsPeers;
  if (typeof trait !== 'object') return trait === true;
  return isMap(options) && options[trait.option] === true;
}

/** The part of a plan's role that names the options which others are told; nothing for an adapter that tells none. */
export function toldOptions(traits: Traits, adapter: string): { readonly toldOptions?: readonly string[] } {
  const told = traits.get(adapter)?.toldOptions;
  return told === undefined ? {} : { toldOptions: told };
}
