import { HeddleError } from '../errors/heddle-error.ts';
import { memberName } from '../expressions/expression.ts';
import { encodeRecord, type Store } from '../store/store.ts';
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
 */
export async function takePlace(
  store: Store,
  epoch: Epoch,
  { group, instance, clock }: { readonly group: string; readonly instance: string; readonly clock: Clock },
): Promise<string> {
  const { keys, openGuard } = epoch;
  const taken = new Map(
    (await store.list(keys.placesOf(group))).map((entry) => [
      parse<PlaceRecord>(entry).instance,
      entry.key.at(-1) ?? '',
    ]),
  );
  const own = taken.get(instance);
  if (own !== undefined) return own;
  const gone = new Set(taken.values());
  const record = encodeRecord({ instance, at: isoTime(clock) });
  let index = 0;
  for (; (await store.get(keys.plan(memberName(group, index)))) !== undefined; index += 1) {
    const node = memberName(group, index);
    if (gone.has(node)) continue;
    const put = await store.put(keys.place(group, node), record, { expect: { absent: true }, guards: [openGuard] });
    if (put.ok) return node;
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
