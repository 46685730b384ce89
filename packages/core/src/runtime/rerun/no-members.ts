import { HeddleError } from '../../errors/heddle-error.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../time/clock.ts';
import type { Epoch } from '../epoch.ts';

/** Milliseconds that agents which were killed may stay members: a session, a takeover of the embedded store, and some more. */
const goneWithinMs = 25_000;

/**
 * Wait until no agent of an epoch is a member any more.
 *
 * @param onWait  Told once which are, if any.
 * @throws agent-busy when one still is after 25 s: it lives; store errors.
 */
export async function waitForNoMembers(
  store: Store,
  epoch: Epoch,
  clock: Clock,
  onWait: (nodes: readonly string[]) => void,
): Promise<void> {
  const members = new Set<string>();
  let close: () => Promise<void> = async () => undefined;
  let stopClock: () => void = () => undefined;
  let isSynced = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (isSynced && members.size === 0) resolve();
      };
      stopClock = clock.timer(goneWithinMs, () => reject(busyError(epoch, [...members].sort())));
      const watch = store.watch(epoch.keys.members(), {
        state: ({ key }) => void members.add(key.at(-1) as string),
        gone: (key) => {
          members.delete(key.at(-1) as string);
          look();
        },
        synced: () => {
          if (!isSynced && members.size > 0) onWait([...members].sort());
          isSynced = true;
          look();
        },
        status: () => undefined,
        failed: reject,
      });
      close = () => watch.close();
    });
  } finally {
    stopClock();
    await close();
  }
}

function busyError(epoch: Epoch, nodes: readonly string[]): HeddleError {
  const named = nodes.slice(0, 5).join(', ') + (nodes.length > 5 ? ` and ${nodes.length - 5} more` : '');
  return new HeddleError(
    'agent-busy',
    `epoch ${epoch.keys.epoch} of deployment ${epoch.deployment} still has live agents: ${named}`,
    {
      next: [
        'heddle status  shows what they do',
        'heddle retry NODE  lets a live agent run again what did not end well',
      ],
    },
  );
}
