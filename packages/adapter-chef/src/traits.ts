import type { AdapterTraits } from '@heddle/core';

/**
 * Roles with `search: true` look up other nodes. While there are any, each Chef node publishes a few of its automatic attributes, and
 * its run list and static attributes are told to those roles: Chef's queries are about them. The shim knows the output by its path.
 */
export const chefTraits: AdapterTraits = {
  implicitOutputs: [{ name: 'chef_facts', path: ['chef_facts'] }],
  readsPeers: { option: 'search' },
  toldOptions: ['run_list', 'attributes'],
};
