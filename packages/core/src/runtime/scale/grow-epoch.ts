import { HeddleError } from '../../errors/heddle-error.ts';
import { type GroupGrowth, planGrowth, ranByOtherSizes } from '../../plan/growth.ts';
import type { Plan, PlanNode, PlanSlice, RoleRef } from '../../plan/plan.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { ScaleRecord } from '../../records/scale-record.ts';
import {
  type Entry,
  type Expect,
  encodeRecord,
  type Rev,
  type Store,
  type StoreCredentials,
} from '../../store/store.ts';
import { type Clock, isoTime } from '../../time/clock.ts';
import type { Json } from '../../values/json.ts';
import { extendAccess } from '../access/extend-access.ts';
import { type Epoch, parse } from '../epoch.ts';
import { parseScale } from './read-scale.ts';
import { writeSlices } from './write-slices.ts';

export interface GrowOptions {
  /** Who asks, `root@ops`. */
  readonly by: string;
  readonly clock: Clock;
  /** What the nodes that are there connect with, where each has credentials of its own and as far as it is known here. */
  readonly credentials: ReadonlyMap<string, StoreCredentials>;
}

/** An epoch whose plan has more members, and of which whoever starts nodes has not been told yet. */
export interface GrownEpoch {
  /** The groups that are larger than before. */
  readonly groups: Readonly<Record<string, GroupGrowth>>;
  /** The new members, in plan order. */
  readonly added: readonly string[];
  /** What the new members connect to the store with; empty: as this process does. */
  readonly credentials: ReadonlyMap<string, StoreCredentials>;
  /** Roles that ran, or run, by what their plan was before, in plan order. */
  readonly outdated: readonly RoleRef[];
  /** Tell whoever starts nodes that the new members are there. Throws fenced, store errors. */
  announce(): Promise<void>;
}

/**
 * Let groups of an open epoch grow: new members get their part of the plan and their rights, and everybody else's part says how many there are.
 *
 * What was interrupted is finished by doing it again.
 * @throws config-invalid when the plan differs by more than larger groups, with what; fenced when another process does the same at the same
 *   time, or the epoch is closed; store errors.
 */
export async function growEpoch(store: Store, epoch: Epoch, plan: Plan, options: GrowOptions): Promise<GrownEpoch> {
  const { by, clock } = options;
  // Before the plans: whoever changes them has changed this, so that who compares with plans of before is told.
  const entry = await store.get(epoch.keys.scale());
  const stored = await store.list(epoch.keys.plans());
  const before = stored.map((entry) => parse<PlanSlice>(entry).node);
  const growth = planGrowth(before, plan, epoch.hasOwnCredentials);
  checkGrowth(plan, epoch, growth);
  const known = parseScale(entry);
  const isChanged = growth.added.length > 0 || Object.keys(growth.groups).length > 0;
  if (!isChanged && known?.isReady !== false) {
    return { groups: {}, added: [], credentials: none, outdated: [], announce: async () => undefined };
  }
  const scaled = [...Object.keys(known?.groups ?? {}), ...Object.keys(growth.groups)];
  const groups = Object.fromEntries(scaled.map((group) => [group, plan.groups[group] ?? 0]));
  // Members of an earlier try that was interrupted may have been given credentials that nobody has.
  const isUnfinished = (name: string) => known?.joining?.includes(name) === true && !options.credentials.has(name);
  const unfinished = before.flatMap(({ name }) => (isUnfinished(name) ? [name] : []));
  const joining = new Set([...growth.added, ...unfinished]);
  const record = { groups, by, at: isoTime(clock) };
  const rev = await writeScale(store, epoch, entry, { ...record, isReady: false, joining: [...joining] });
  const credentials =
    epoch.hasOwnCredentials === true ? await join(store, epoch, plan, before, joining, options) : none;
  await writeSlices(store, epoch, plan, stored);
  const roles = (await store.list(epoch.keys.roles())).map((role) => parse<RoleRecord>(role));
  return {
    groups: growth.groups,
    added: growth.added,
    credentials,
    outdated: ranByAnother(plan, roles),
    announce: async () => {
      await putScale(store, epoch, { rev }, { ...record, isReady: true });
    },
  };
}

const none: ReadonlyMap<string, StoreCredentials> = new Map();

async function join(
  store: Store,
  epoch: Epoch,
  plan: Plan,
  stored: readonly PlanNode[],
  joining: ReadonlySet<string>,
  { credentials: known }: GrowOptions,
): Promise<ReadonlyMap<string, StoreCredentials>> {
  if (known.size === 0) {
    throw new HeddleError(
      'config-invalid',
      `the nodes of ${plan.deployment} have credentials of their own, and those are not here: who joins them is given a part of theirs`,
      { next: ['heddle scale --credentials FOLDER  where heddle seed wrote them', 'or do it where heddle up runs'] },
    );
  }
  const before = stored.filter(({ name }) => !joining.has(name));
  return extendAccess(store, epoch.keys, { before, plan, joining: [...joining], known });
}

/** Say that a plan is another one than that of an epoch. Throws config-invalid; nothing when it has the same nodes, or more members. */
export function checkGrowth(
  { deployment }: Pick<Plan, 'deployment'>,
  { keys: { epoch } }: Epoch,
  { groups, others }: Pick<ReturnType<typeof planGrowth>, 'groups' | 'others'>,
): void {
  const smaller = Object.entries(groups).filter(([, { from, to }]) => to < from);
  if (others.length === 0 && smaller.length > 0) {
    const names = smaller.map(([group, { from, to }]) => `${group} has ${from} members, not ${to}`).join(', ');
    throw new HeddleError(
      'config-invalid',
      `in epoch ${epoch} of deployment ${deployment} ${names}: a group can grow in an epoch, no member can leave it`,
      {
        next: [
          ...smaller.map(([group, { from }]) => `write count: ${from} for ${group} into the deployment file`),
          'or heddle up  starts a new epoch with what the file says',
        ],
      },
    );
  }
  if (others.length === 0) return;
  throw new HeddleError(
    'config-invalid',
    `deployment ${deployment} is another one than that of epoch ${epoch}, which cannot go on with it`,
    {
      notes: others
        .slice(0, mostNamed)
        .concat(others.length > mostNamed ? [`and ${others.length - mostNamed} more`] : []),
      next: [
        'heddle up  starts a new epoch with it',
        'or take the change back (--set and --deadline as before, and the files of roles that share), then heddle up --resume',
      ],
    },
  );
}

const mostNamed = 10;

/** Roles that failed of something else are left as they are: nobody has said that they are repaired. */
function ranByAnother({ nodes, groups }: Plan, records: readonly RoleRecord[]): readonly RoleRef[] {
  const ran = new Map(
    records
      .filter(({ state }) => state === 'done' || state === 'running')
      .map((record) => [`${record.node} ${record.role}`, record]),
  );
  return nodes.flatMap((node) =>
    node.roles
      .filter((role) => {
        const record = ran.get(`${node.name} ${role.name}`);
        return record !== undefined && ranByOtherSizes(role, record, groups);
      })
      .map((role) => ({ node: node.name, role: role.name })),
  );
}

function writeScale(store: Store, epoch: Epoch, entry: Entry | undefined, record: ScaleRecord): Promise<Rev> {
  return putScale(store, epoch, entry === undefined ? { absent: true } : { rev: entry.rev }, record);
}

async function putScale(store: Store, epoch: Epoch, expect: Expect, record: ScaleRecord): Promise<Rev> {
  const value = encodeRecord(record as unknown as Json);
  const put = await store.put(epoch.keys.scale(), value, { expect, guards: [epoch.openGuard] });
  if (put.ok) return put.rev;
  throw new HeddleError(
    'fenced',
    `somebody else changes the sizes of the groups of ${epoch.deployment} at the same time`,
    {
      next: ['heddle status  shows what is there', 'then do the same again'],
    },
  );
}
