import { HeddleError } from '../errors/heddle-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { StoreCapabilities } from '../store/store.ts';

/** A guarded write checks its own key and up to three guards in one step. */
const neededBatch = 4;

/**
 * Refuse a store that lacks what a deployment needs, before anything is started.
 *
 * Sensitive outputs need access control wherever other processes can reach the store, and encryption where they cross a network;
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
  const isEncrypted = store.tls || store.loopback === true;
  if (!store.distributed || (store.acl && isEncrypted)) return;
  for (const node of plan.nodes) {
    for (const role of node.roles) {
      const output = role.outputs.find((candidate) => candidate.sensitive);
      if (output === undefined) continue;
      const { position } = output;
      const place = position === undefined ? '' : `${position.file}:${position.line}: `;
      const lacking = [...(store.acl ? [] : ['access control']), ...(isEncrypted ? [] : ['TLS'])].join(' and ');
      throw new HeddleError(
        'capability-missing',
        `${place}the output ${output.name} is sensitive, and this store, which other machines can reach, has no ${lacking}`,
        {
          next: [
            ...(store.acl ? [] : ['give the store credentials: HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE']),
            'or use a store that has what is needed, or embedded: on one machine',
          ],
        },
      );
    }
  }
}
