import { memberName } from '@heddle/core';
import type { Server } from './role.ts';
import type { Template } from './template.ts';

/** List the nodes that a server, or a group, is. */
export function nodesOf({ node, group }: Server): readonly string[] {
  return group === undefined ? [node] : Array.from({ length: group.count }, (_, index) => memberName(node, index));
}

/** Report servers and groups that would be the same node, or have members of the same name. */
export function checkNodeNames(servers: ReadonlyMap<string, Server>, { source }: Template): void {
  const byNode = new Map<string, Server>();
  for (const server of servers.values()) {
    for (const node of new Set([server.node, ...nodesOf(server)])) {
      const other = byNode.get(node);
      if (other !== undefined) {
        const text = `"${server.resource}" and "${other.resource}" would both be the node "${node}"`;
        source.report(server.at, 'E_NAME', text);
      }
      byNode.set(node, server);
    }
  }
}
