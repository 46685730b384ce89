import type { AdapterTraits } from '@heddle/core';

/** Every node with an Ansible role publishes its facts, and its plays look up other nodes by name. */
export const ansibleTraits: AdapterTraits = {
  facts: { outputs: [{ name: 'ansible_facts', path: ['ansible_facts'] }], options: ['program'] },
  readsPeers: true,
};
