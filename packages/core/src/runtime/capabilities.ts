import { HeddleError } from '../errors/heddle-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { StoreCapabilities } from '../store/store.ts';

/** A guarded write checks its own key and up to three guards in one step. */
const neededBatch = 4;

/**
 * Refuse a store that lacks what a deployment needs, before anything is started.
 *
 * Sensitive outputs need access control and encryption wherever other machines can reach the store;
 * a store of one machine is protected by the modes of its files.
 * @throws capability-missing, naming the first output that needs more.
 */
export function requireCapabilities(plan: Plan, store: StoreCapabilities): void {
  if (store.maxBatch < neededBatch) {
    throw new HeddleError(
      'capability-missing',
      `this store checks ${store.maxBatch} entries in one step, Heddle needs ${neededBatch}`,
    );
  }
  if (!store.distributed || (store.acl && store.tls)) return;
  for (const node of plan.nodes) {
    for (const role of node.roles) {
      const output = role.outputs.find((candidate) => candidate.sensitive);
      if (output === undefined) continue;
      const { position } = output;
      const place = position === undefined ? '' : `${position.file}:${position.line}: `;
      const lacking = [...(store.acl ? [] : ['access control']), ...(store.tls ? [] : ['TLS'])].join(' and ');
      throw new HeddleError(
        'capability-missing',
        `${place}the output ${output.name} is sensitive, and this store, which other machines can reach, has no ${lacking}`,
        {
          next: ['use a store that has both, or embedded: on one machine'],
        },
      );
    }
  }
}
