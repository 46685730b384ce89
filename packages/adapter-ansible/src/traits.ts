import type { AdapterTraits } from '@heddle/core';

/** Every node with an Ansible role publishes its facts, and its plays look up other nodes by name. */
export const ansibleTraits: AdapterTraits = {
  implicitOutputs: [{ name: 'ansible_facts', path: ['ansible_facts'] }],
  readsPeers: true,
};
