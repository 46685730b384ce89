import { references } from '../../expressions/references.ts';
import type { PlanNode, PlanRole, RoleRef } from '../../plan/plan.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { Rev } from '../../store/store.ts';
import { isOutdated, standingOf } from './standing.ts';

/** What the choice is made of; the same state gives the same choice. */
export interface RerunState {
  readonly nodes: readonly Pick<PlanNode, 'name' | 'roles'>[];
  readonly records: readonly RoleRecord[];
  /** `NODE.OUTPUT` to its revision now, for all outputs that the records say were read. */
  readonly revisions: ReadonlyMap<string, Rev>;
  /** Whether a role that has not ended is left: nobody runs it. @default false: somebody does */
  readonly isLeft?: (ref: RoleRef, record: RoleRecord | undefined) => boolean;
}

/** Errors of a role that something else has failed, not itself. */
const taintCodes: ReadonlySet<string> = new Set([
  'wait-timeout',
  'missing-value',
  'producer-failed',
  'never-written',
  'producer-lost',
  'segment-missing',
  'deadlock',
  'aborted',
]);

/**
 * Choose what is run again to repair a node: its roles that ended otherwise than well, are left, or read what was replaced since; and every role
 * downstream of those, on any node, that failed as something else did, was ended by an abort, or is outdated.
 *
 * @param only  This role of the node alone, and what is downstream of it.
 * @returns The roles of the node first, then those downstream; none when all is well.
 */
export function rolesToRetry(state: RerunState, node: string, only?: string): readonly RoleRef[] {
  const roles = indexRoles(state);
  const chosen = new Map<string, RoleRef>();
  const queue = roles
    .filter(({ ref }) => ref.node === node && (only === undefined || ref.role === only))
    .filter(({ ref, role, record }) => {
      const standing = standingOf(role, record, state.revisions);
      return standing === 'unfinished' ? state.isLeft?.(ref, record) === true : standing !== 'good';
    });
  const downstream = new Downstream(state);
  for (const { ref } of queue) {
    if (chosen.has(idOf(ref))) continue;
    chosen.set(idOf(ref), ref);
    const ids = downstream.of(ref);
    queue.push(
      ...roles.filter((other) => ids.has(idOf(other.ref)) && !chosen.has(idOf(other.ref)) && suffers(other, state)),
    );
  }
  return [...chosen.values()];
}

/** All roles of a deployment that ended well and have read what was replaced since, or gathered from a group that has grown, in plan order. */
export function outdatedRoles(state: RerunState): readonly RoleRef[] {
  return indexRoles(state)
    .filter(({ role, record }) => ['outdated', 'changed'].includes(standingOf(role, record, state.revisions)))
    .map(({ ref }) => ref);
}

interface IndexedRole {
  readonly ref: RoleRef;
  readonly role: PlanRole;
  readonly record: RoleRecord | undefined;
}

function indexRoles({ nodes, records }: RerunState): readonly IndexedRole[] {
  const byId = new Map(records.map((record) => [idOf(record), record]));
  return nodes.flatMap(({ name: node, roles }) =>
    roles.map((role) => {
      const ref = { node, role: role.name };
      return { ref, role, record: byId.get(idOf(ref)) };
    }),
  );
}

function suffers({ record }: IndexedRole, { revisions }: RerunState): boolean {
  if (record === undefined) return false;
  if (record.state === 'done') return isOutdated(record, revisions);
  return (record.state === 'failed' || record.state === 'aborted') && taintCodes.has(record.error?.code ?? '');
}

/** Who reads what a role writes, or comes after it. */
class Downstream {
  readonly #readers = new Map<string, Set<string>>();
  readonly #roles = new Map<string, PlanRole>();

  constructor({ nodes, records }: RerunState) {
    for (const node of nodes) {
      for (const role of node.roles) {
        const id = idOf({ node: node.name, role: role.name });
        this.#roles.set(id, role);
        for (const { expression } of role.inputs)
          for (const need of references(expression)) {
            const from = need.kind === 'gather' ? `${need.group}[*]` : need.node;
            this.#add(`${from}.${need.output}`, id);
          }
        for (const ref of role.after) this.#add(idOf(ref), id);
      }
    }
    // What a role asked for by name, without an input, only its error tells.
    for (const record of records) {
      const cause = record.error?.details?.['firstCause'] as RoleRef | undefined;
      if (cause !== undefined) this.#add(idOf(cause), idOf(record));
    }
  }

  of(ref: RoleRef): ReadonlySet<string> {
    const found = new Set(this.#readers.get(idOf(ref)));
    for (const { name } of this.#roles.get(idOf(ref))?.outputs ?? []) {
      // A single node has no such name, so that nobody gathers from it.
      for (const key of [`${ref.node}.${name}`, `${ref.node.replace(/-\d+$/, '')}[*].${name}`])
        for (const reader of this.#readers.get(key) ?? []) found.add(reader);
    }
    return found;
  }

  #add(key: string, reader: string): void {
    const readers = this.#readers.get(key);
    if (readers === undefined) this.#readers.set(key, new Set([reader]));
    else readers.add(reader);
  }
}

/** Not `NODE.ROLE`: an output may have the name of a role. */
function idOf({ node, role }: RoleRef): string {
  return `${node} ${role}`;
}
