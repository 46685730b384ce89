import type { Peer } from '@heddle/core';

/** The group that holds every node of the deployment. */
const everyNode = 'heddle_nodes';

/**
 * Write the inventory of a deployment, for Ansible's own yaml plugin (JSON is YAML): a single node is a host, a group a group with its members.
 *
 * Members are ranges, so that it does not grow with them. All nodes get the same order of hosts: that of the user's inventory, then the deployment's.
 * @param self  The node that runs the play: its own tasks need no SSH.
 */
export function deploymentInventory(peers: readonly Peer[], self: string): string {
  // What Ansible does for its own localhost: discovery may find a Python that does not run.
  const local = { ansible_connection: 'local', ansible_python_interpreter: '{{ ansible_playbook_python }}' };
  const hosts = (chosen: readonly Peer[]) => Object.fromEntries(chosen.map((peer) => [hostPattern(peer), {}]));
  const groups = peers.filter(({ count }) => count !== null);
  // Not below a group `all`, whose hosts and children would come before the groups of the user's inventory. The first group has the order.
  const inventory = {
    [everyNode]: { hosts: { ...hosts(peers), [self]: local } },
    ...Object.fromEntries(groups.map((group) => [group.name, { hosts: hosts([group]) }])),
  };
  return `${JSON.stringify(inventory, null, 2)}\n`;
}

function hostPattern({ name, count }: Peer): string {
  return count === null ? name : `${name}-[0:${count - 1}]`;
}
