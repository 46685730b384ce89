import { HeddleError } from '../errors/heddle-error.ts';
import type { Plan, PlanSlice } from '../plan/plan.ts';
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
  const lacking = lackingForSecrets(store);
  const secret = secretOf(plan);
  if (lacking.length === 0 || secret === undefined) return;
  throw new HeddleError(
    'capability-missing',
    `${secret}, and this store, which other ${store.loopback === true ? 'users of this machine' : 'machines'} can reach, has no ${lacking.join(' and ')}`,
    { next: [...credentialsNext(store), 'or use a store that has what is needed, or embedded: on one machine'] },
  );
}

/** Name the first sensitive output of a plan: `heddle.yaml:7: the output password is sensitive`; undefined when there is none. */
export function secretOf(plan: Plan): string | undefined {
  const outputs = plan.nodes.flatMap(({ roles }) => roles).flatMap((role) => role.outputs);
  const output = outputs.find(({ sensitive }) => sensitive);
  if (output === undefined) return undefined;
  const { name, position } = output;
  return `${position === undefined ? '' : `${position.file}:${position.line}: `}the output ${name} is sensitive`;
}

/**
 * Refuse the connection of a node's agent over which its sensitive values may not go: the seed knew only its own connection.
 *
 * @throws capability-missing, naming the first output that the node writes, or reads, and that is sensitive.
 */
export function requireNodeCapabilities({ node, sensitive }: PlanSlice, store: StoreCapabilities): void {
  const lacking = lackingForSecrets(store);
  if (lacking.length === 0) return;
  const written = node.roles.flatMap((role) => role.outputs).find((output) => output.sensitive);
  const [read] = sensitive;
  if (written === undefined && read === undefined) return;
  const what = written === undefined ? `reads ${read}` : `writes ${node.name}.${written.name}`;
  throw new HeddleError(
    'capability-missing',
    `${node.name} ${what}, which is sensitive, and its connection to the store, which other ${store.loopback === true ? 'users of its machine' : 'machines'} can reach, has no ${lacking.join(' and ')}`,
    {
      next: [
        ...credentialsNext(store),
        ...(lacking.includes('TLS') ? ['reach the store with TLS, or over the loopback of its own machine'] : []),
      ],
    },
  );
}

/** What a connection lacks for sensitive values; a store of one machine lacks nothing. */
function lackingForSecrets(store: StoreCapabilities): readonly ('access control' | 'TLS')[] {
  if (!store.distributed) return [];
  const isEncrypted = store.tls || store.loopback === true;
  return [...(store.acl ? [] : (['access control'] as const)), ...(isEncrypted ? [] : (['TLS'] as const))];
}

function credentialsNext(store: StoreCapabilities): readonly string[] {
  return store.acl
    ? []
    : [
        'give the store credentials: HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE; docs/reference/store-etcd.md and store-zookeeper.md say how a user is made',
      ];
}
