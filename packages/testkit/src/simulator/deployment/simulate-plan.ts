import type { ErrorData, Plan, RoleRef, RoleState } from '@heddle/core';
import { createRandom } from '../../random.ts';
import { barePlan } from './bare-plan.ts';
import { type CriticalLink, criticalPath } from './critical-path.ts';
import { Evidence } from './evidence.ts';
import { growPlan } from './grow-plan.ts';
import { type LongestWait, longestWaits } from './longest-waits.ts';
import { type Accident, PlanWorld } from './plan-world.ts';
import type { RoleModel } from './role-model.ts';

export interface SimulatePlanOptions {
  readonly plan: Plan;
  /** Members by group: more than it has in the plan. @default as in the plan */
  readonly sizes?: ReadonlyMap<string, number>;
  /** The same one, the same run. */
  readonly seed: number;
  /** Given a sequence of its own for what it leaves to chance. */
  readonly model: (random: () => number) => RoleModel;
  readonly accidents?: readonly Accident[];
  /** Called every few thousand events, with the milliseconds since the agents were started. @default nobody */
  readonly progress?: (nowMs: number, ended: number) => void;
}

/** How a role ended. */
export interface SimulatedRole {
  readonly node: string;
  /** The group that the node belongs to, or null. */
  readonly group: string | null;
  readonly role: string;
  readonly state: RoleState;
  readonly error?: ErrorData;
}

/** What became of a simulated deployment; all times in milliseconds since its agents were started. */
export interface PlanSimulation {
  readonly nodes: number;
  readonly roles: readonly SimulatedRole[];
  /** When the last role ended. */
  readonly endMs: number;
  readonly criticalPath: readonly CriticalLink[];
  /** One of each kind, the longest first. */
  readonly longestWaits: readonly LongestWait[];
  /** Nodes that were to be killed and had ended all their roles by then. */
  readonly endedBefore: readonly string[];
  /** How many writes there were to the store, without those that started the epoch. */
  readonly writes: number;
  /** Errors that no agent may have: faults of Heddle. */
  readonly faults: readonly string[];
}

const mostWaits = 10;

/**
 * Run a deployment in virtual time: the core of Heddle itself, on a simulated store; roles do what a model says.
 *
 * @throws capability-missing when no store could run the plan.
 */
export async function simulatePlan(options: SimulatePlanOptions): Promise<PlanSimulation> {
  const { sizes = new Map(), seed, model, accidents = [], progress } = options;
  const plan = barePlan(growPlan(options.plan, sizes));
  const { random } = createRandom(seed);
  // What roles do depends on the seed alone, not on how many messages there were before.
  const { random: modelRandom } = createRandom(seed ^ 0x5eed);
  const world = new PlanWorld({
    plan,
    model: model(modelRandom),
    accidents,
    random,
    ...(progress === undefined ? {} : { progress }),
  });
  await world.run();
  const evidence = new Evidence(plan, world);
  const roles = plan.nodes.flatMap(({ name: node, group, roles: own }) =>
    own.map(({ name: role }): SimulatedRole => {
      const record = evidence.end({ node, role })?.record;
      return {
        node,
        group,
        role,
        state: record?.state ?? 'pending',
        ...(record?.error === undefined ? {} : { error: record.error }),
      };
    }),
  );
  const { last, endMs } = lastEnd(evidence, roles);
  return {
    nodes: plan.nodes.length,
    roles,
    endMs,
    criticalPath: last === undefined ? [] : criticalPath(evidence, last, endMs),
    longestWaits: longestWaits(evidence, mostWaits),
    endedBefore: accidents.flatMap((accident) =>
      accident.kind === 'kill' && !world.killedMs.has(accident.node) ? [accident.node] : [],
    ),
    writes: world.writes,
    faults: world.seen.faults,
  };
}

function lastEnd(
  evidence: Evidence,
  roles: readonly SimulatedRole[],
): { readonly last: RoleRef | undefined; readonly endMs: number } {
  let last: RoleRef | undefined;
  let endMs = 0;
  for (const { node, role } of roles) {
    const end = evidence.end({ node, role });
    if (end === undefined || end.atMs <= endMs) continue;
    last = { node, role };
    endMs = end.atMs;
  }
  return { last, endMs };
}
