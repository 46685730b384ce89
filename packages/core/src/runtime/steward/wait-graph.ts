import { memberName } from '../../expressions/expression.ts';
import { splitName } from '../../plan/names.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import { isEnded } from '../../records/role-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Key, Rev } from '../../store/store.ts';

/** A wait as it is recorded. */
export interface GraphWait {
  readonly key: Key;
  readonly rev: Rev;
  readonly record: WaitRecord;
}

/** What the graph is made of: stored state, and what is known of values. */
export interface GraphState {
  /** Every node with its roles in order. */
  readonly nodes: readonly { readonly name: string; readonly roles: readonly string[] }[];
  /** By `NODE.ROLE`. */
  readonly roles: ReadonlyMap<string, RoleRecord>;
  readonly waits: readonly GraphWait[];
  /** Whether an output, `NODE.OUTPUT`, is known to be there. */
  isPresent(output: string): boolean;
}

/** What one role cannot go on without: the end of another role, or one of its outputs. */
export interface Want {
  /** `NODE.ROLE` of who has to do it. */
  readonly producer: string;
  /** `NODE.OUTPUT`; undefined: its end. */
  readonly output: string | undefined;
}

/** Some wants of which so many have to be fulfilled. */
export interface Need {
  readonly wants: readonly Want[];
  readonly needed: number;
  /** Equal for needs that are the same whoever has them. */
  readonly id: string;
}

/** One wait of a role that cannot go on, and why. */
export interface Blocked {
  readonly role: string;
  /** All of them have to be fulfilled. */
  readonly needs: readonly Need[];
  /** Undefined: it waits for its turn on its node. */
  readonly wait: GraphWait | undefined;
}

/** The roles that cannot go on now, by `NODE.ROLE`, each with all its waits: it goes on when any of them ends. */
export type BlockedRoles = ReadonlyMap<string, readonly Blocked[]>;

/** The number of the wait for the roles that come before. */
export const afterNumber = '0';

/**
 * List the roles that cannot go on now.
 *
 * Reads off a role's main thread block nobody. A role of whose waits one is about to end does not count. A role that has not started waits for the roles before it on its node.
 */
export function blockedRoles(state: GraphState): BlockedRoles {
  const blocked = new Map<string, readonly Blocked[]>();
  const going = new Set<string>();
  for (const wait of state.waits) {
    const role = `${wait.record.node}.${wait.record.role}`;
    if (!wait.record.edge || hasEnded(state, role)) continue;
    const needs = needsOf(wait, state);
    if (needs === undefined) going.add(role);
    else blocked.set(role, [...(blocked.get(role) ?? []), { role, needs, wait }]);
  }
  for (const role of going) blocked.delete(role);
  for (const { name, roles } of state.nodes) {
    let before: string | undefined;
    for (const role of roles.map((one) => `${name}.${one}`)) {
      if (hasEnded(state, role)) continue;
      const isStarted = state.roles.get(role)?.state === 'running' || blocked.has(role);
      if (before !== undefined && !isStarted) {
        const needs = [{ wants: [{ producer: before, output: undefined }], needed: 1, id: before }];
        blocked.set(role, [{ role, needs, wait: undefined }]);
      }
      before = role;
    }
  }
  return blocked;
}

/**
 * Say which roles can never go on: the blocked ones that stay when everybody is taken away of whose waits one can end, again and again.
 *
 * Where all of several are needed that finds the cycles and what hangs on them; where some are enough, the knots.
 * @param spared  Roles that something will happen to anyway.
 */
export function deadlockedRoles(blocked: BlockedRoles, spared: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const stuck = new Set([...blocked.keys()].filter((role) => !spared.has(role)));
  for (let before = -1; before !== stuck.size; ) {
    before = stuck.size;
    const judged = new Map<string, boolean>();
    for (const role of stuck) {
      const waits = blocked.get(role) ?? [];
      const canEnd = waits.some(({ needs }) => needs.every((need) => canBeFulfilled(need, stuck, judged)));
      if (canEnd) stuck.delete(role);
    }
  }
  return stuck;
}

function canBeFulfilled(need: Need, stuck: ReadonlySet<string>, judged: Map<string, boolean>): boolean {
  const known = judged.get(need.id);
  // What could be fulfilled with fewer taken away can be with more.
  if (known === true) return true;
  const able = need.wants.filter(({ producer }) => !stuck.has(producer)).length;
  const answer = able >= need.needed;
  if (answer || known === undefined) judged.set(need.id, answer);
  return answer;
}

function hasEnded(state: GraphState, role: string): boolean {
  const record = state.roles.get(role);
  return record !== undefined && isEnded(record.state);
}

/** What a wait cannot end without; undefined when it is about to end, because who would have to do it has ended. */
function needsOf({ key, record }: GraphWait, state: GraphState): readonly Need[] | undefined {
  const isAfter = key.at(-1) === afterNumber;
  const gathers = record.gathers ?? [];
  const alone = record.missing.slice(0, record.missingAlone);
  const single = alone.flatMap((missing, index): Need[] => {
    const producer = record.producers[index];
    const isFulfilled = isAfter ? state.roles.get(missing)?.state === 'done' : isThere(state, producer ?? '', missing);
    if (producer === undefined || isFulfilled) return [];
    return [
      {
        wants: [{ producer, output: isAfter ? undefined : missing }],
        needed: 1,
        id: `${producer} ${missing}`,
      },
    ];
  });
  const gathered = gathers.map(({ group, output, role, count, needed }): Need => {
    const all = members(group, count).map((member) => ({
      producer: `${member}.${role}`,
      output: `${member}.${output}`,
    }));
    const absent = all.filter((want) => !isThere(state, want.producer, want.output));
    // A member that has ended without writing is no help any more.
    const wants = absent.filter(({ producer }) => !hasEnded(state, producer));
    const unknown = all.filter((want) => isUnknown(state, want.producer, want.output)).length;
    const open = needed - (all.length - absent.length);
    // If all that is unknown were there and were enough, the wait would have ended: at least one is missing.
    return {
      wants,
      needed: unknown > 0 && open + unknown > 0 ? Math.max(1, open) : open,
      id: `${group}[*].${output} ${needed}`,
    };
  });
  if (single.some(({ wants }) => wants.some(({ producer }) => hasEnded(state, producer)))) return undefined;
  if (gathered.some(({ wants, needed }) => wants.length < needed)) return undefined;
  return [...single, ...gathered];
}

/** Whether an output is there: it is known to be, or its role has ended and does not say that it has not written it. */
function isThere(state: GraphState, producer: string, output: string): boolean {
  if (state.isPresent(output)) return true;
  const [, name] = splitName(output);
  return hasEnded(state, producer) && state.roles.get(producer)?.unwritten?.includes(name) !== true;
}

/** Whether nobody could tell if an output is there when its role was declared lost: who did may not read it. */
function isUnknown(state: GraphState, producer: string, output: string): boolean {
  return !state.isPresent(output) && hasEnded(state, producer) && state.roles.get(producer)?.unwritten === undefined;
}

function members(group: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => memberName(group, index));
}
