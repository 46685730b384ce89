import type { Peer } from '@heddle/core';

/** The group that holds every node of the deployment. */
const everyNode = 'heddle_nodes';

/**
 * Write the inventory of a deployment, for Ansible's own yaml plugin (JSON is YAML): a single node is a host, a group a group with its members.
 *
 * Members are ranges, so that it does not grow with them.
 * @param self  The node that runs the play: its own tasks need no SSH.
 */
export function deploymentInventory(peers: readonly Peer[], self: string): string {
  const hosts = (chosen: readonly Peer[]) => Object.fromEntries(chosen.map((peer) => [hostPattern(peer), {}]));
  const groups = peers.filter(({ count }) => count !== null);
  const children = {
    ...Object.fromEntries(groups.map((group) => [group.name, { hosts: hosts([group]) }])),
    [everyNode]: { hosts: hosts(peers) },
  };
  const all = { children, hosts: { [self]: { ansible_connection: 'local' } } };
  return `${JSON.stringify({ all }, null, 2)}\n`;
}

function hostPattern({ name, count }: Peer): string {
  return count === null ? name : `${name}-[0:${count - 1}]`;
}
