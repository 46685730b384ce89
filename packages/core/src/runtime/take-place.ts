import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import { memberName } from '../expressions/expression.ts';
import { type Entry, encodeRecord, type Store } from '../store/store.ts';
import { type Clock, isoTime } from '../time/clock.ts';
import { type Epoch, parse } from './epoch.ts';

/** Which machine has a place in a group. */
interface PlaceRecord {
  /** What the cloud calls it. */
  readonly instance: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Take a place in a group for a machine that nobody has told which member it is: the one that it has already, else the first one that is free.
 *
 * A place is taken for the rest of the epoch, so a machine that boots again is the same node.
 *
 * @param instance  What the cloud calls the machine; no other machine of the epoch has the same.
 * @returns The node.
 * @throws config-invalid when all places are taken; not-found when the epoch has no such group; fenced when it is closed; store errors.
 *   After `unavailable` call it again: the machine may have its place by then.
 */
export async function takePlace(
  store: Store,
  epoch: Epoch,
  { group, instance, clock }: { readonly group: string; readonly instance: string; readonly clock: Clock },
): Promise<string> {
  const { keys } = epoch;
  const taken = new Map(
    (await store.list(keys.placesOf(group))).map((entry) => [instanceOf(entry), entry.key.at(-1) ?? '']),
  );
  const own = taken.get(instance);
  if (own !== undefined) return own;
  const gone = new Set(taken.values());
  let index = 0;
  for (; ; index += 1) {
    const node = memberName(group, index);
    if (gone.has(node)) continue;
    if ((await store.get(keys.plan(node))) === undefined) break;
    const holder = await offer(store, epoch, { group, node, record: { instance, at: isoTime(clock) } });
    if (holder === instance) return node;
  }
  const which = `group ${group} in epoch ${keys.epoch} of deployment ${epoch.deployment}`;
  if (index === 0)
    throw new HeddleError('not-found', `there is no ${which}`, { next: ['heddle status  shows what there is'] });
  throw new HeddleError(
    'config-invalid',
    `${which} has ${index} ${index === 1 ? 'member' : 'members'}, and each is a machine already`,
    {
      next: ['compile the template for more members, seed the plan, and give Heat the new epoch'],
    },
  );
}

interface Offer {
  readonly group: string;
  readonly node: string;
  readonly record: PlaceRecord;
}

/** Write a place unless somebody has it; gives the instance that has it now. Throws fenced, and unavailable when nobody can say who has it. */
async function offer(
  store: Store,
  { keys, openGuard }: Epoch,
  { group, node, record }: Offer,
): Promise<string | undefined> {
  const key = keys.place(group, node);
  try {
    const put = await store.put(key, encodeRecord({ ...record }), { expect: { absent: true }, guards: [openGuard] });
    return put.ok ? record.instance : instanceOf(put.current);
  } catch (thrown) {
    const error = toHeddleError(thrown);
    if (error.code !== 'ambiguous') throw error;
    const holder = instanceOf(await store.get(key));
    // The write may still come: another place now would be a second one then.
    if (holder === undefined) throw new HeddleError('unavailable', error.message, { cause: error });
    return holder;
  }
}

function instanceOf(entry: Entry | undefined): string | undefined {
  return entry && parse<PlaceRecord>(entry).instance;
}
