import { relatePaths } from '../paths/attribute-path.ts';
import type { Peer, PeerOutput, PlanNode, PlanRole } from './plan.ts';

/** Whether the files of a role read an output that was found in the files of another one. */
export function readsShared({ sharedReads = [] }: Pick<PlanRole, 'sharedReads'>, output: PeerOutput): boolean {
  return output.found === true && sharedReads.some(({ path }) => relatePaths(path, output.path) === 'equal');
}

/** Name the sensitive outputs of others, `NODE.OUTPUT` or `GROUP[*].OUTPUT`, that the roles of a node may await without an input. */
export function sharedSecretsOf({ name, roles }: PlanNode, peers: readonly Peer[]): readonly string[] {
  return peers
    .filter((peer) => peer.count !== null || peer.name !== name)
    .flatMap((peer) =>
      Object.entries(peer.outputs)
        .filter(([, output]) => output.sensitive && roles.some((role) => readsShared(role, output)))
        .map(([output]) => `${peer.count === null ? peer.name : `${peer.name}[*]`}.${output}`),
    );
}
