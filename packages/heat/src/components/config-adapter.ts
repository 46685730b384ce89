import { isMap, type Json } from '@heddle/core';

/** The adapter of the roles that are made of scripts and playbooks of software configurations. */
export const configAdapter = 'software-config';

/** Name the tool that a role runs: that of its adapter, or of the configuration that it was made of. */
export function toolOfRole(adapter: string, options: Json): string {
  const group = adapter === configAdapter && isMap(options) ? options['group'] : undefined;
  return typeof group === 'string' ? group : adapter;
}
