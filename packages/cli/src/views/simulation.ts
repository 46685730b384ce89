import { type ErrorData, exitCodeOf, HeddleError, type RoleState, type WhyLink } from '@heddle/core';
import type {
  Accident,
  CriticalLink,
  LongestWait,
  OutputMoment,
  PlanSimulation,
  SimulatedRole,
} from '@heddle/testkit/simulator';

/** What was taken for granted. */
export interface Assumptions {
  readonly outputs: OutputMoment;
  /** Milliseconds that roles work: all of them, and those that `where` names, `ROLE`, `GROUP.ROLE` or `NODE.ROLE`. */
  readonly durations: readonly { readonly where?: string; readonly ms: number }[];
  /** Percent that a role may work longer or shorter. */
  readonly spread: number;
  /** How many roles look up other nodes by themselves, which no plan says and nothing here simulates. */
  readonly lookingUp: number;
  /** Error of a deadlock that there would be if roles wrote their outputs at their end. */
  readonly lateDeadlock?: string;
}

/** An error that no other one caused, and who failed for it. */
export interface SimulationCause {
  readonly node: string;
  readonly role: string;
  readonly state: RoleState;
  readonly error?: ErrorData;
  /** How many more members of its group ended in the same way, by themselves. */
  readonly alike: number;
  /** How many other roles failed for it, and some of them, `NODE.ROLE`. */
  readonly followed: number;
  readonly followers: readonly string[];
}

/** What `heddle sim -o json` prints; times are whole milliseconds since the agents were started. */
export interface SimulationView {
  readonly heddleSim: 1;
  readonly deployment: string;
  readonly seed: number;
  readonly nodes: number;
  readonly roles: number;
  readonly assumptions: Assumptions;
  readonly accidents: readonly (Accident & { readonly hadEnded?: true })[];
  /** What `heddle up` would exit with. */
  readonly exitCode: number;
  readonly endMs: number;
  /** With an outage of the store: what `endMs` would be without it. */
  readonly endWithoutOutageMs?: number;
  /** How many roles ended in which way. */
  readonly counts: Readonly<Partial<Record<RoleState, number>>>;
  readonly causes: readonly SimulationCause[];
  readonly criticalPath: readonly CriticalLink[];
  readonly longestWaits: readonly LongestWait[];
  readonly writes: number;
}

export interface SimulationFacts {
  readonly deployment: string;
  readonly seed: number;
  readonly assumptions: Assumptions;
  readonly accidents: readonly Accident[];
  readonly endWithoutOutageMs?: number;
}

const mostFollowers = 10;

/** Sum up what became of a simulated deployment. */
export function simulationView(simulation: PlanSimulation, facts: SimulationFacts): SimulationView {
  const { roles, criticalPath, longestWaits } = simulation;
  const counts: Partial<Record<RoleState, number>> = {};
  for (const { state } of roles) counts[state] = (counts[state] ?? 0) + 1;
  const endedBefore = new Set(simulation.endedBefore);
  return {
    heddleSim: 1,
    deployment: facts.deployment,
    seed: facts.seed,
    nodes: simulation.nodes,
    roles: roles.length,
    assumptions: facts.assumptions,
    accidents: facts.accidents.map((accident) =>
      accident.kind === 'kill' && endedBefore.has(accident.node) ? { ...accident, hadEnded: true } : accident,
    ),
    exitCode: exitCodeOf(roles.flatMap(({ state, error }) => (state === 'done' ? [] : [error ?? { exitCode: 21 }]))),
    endMs: Math.round(simulation.endMs),
    ...(facts.endWithoutOutageMs === undefined ? {} : { endWithoutOutageMs: Math.round(facts.endWithoutOutageMs) }),
    counts,
    causes: causesOf(roles),
    criticalPath: criticalPath.map(whole),
    longestWaits: longestWaits.map(whole),
    writes: simulation.writes,
  };
}

type FirstCause = NonNullable<WhyLink['firstCause']>;

/** Group the roles that ended otherwise than well by the error that each goes back to. */
function causesOf(roles: readonly SimulatedRole[]): readonly SimulationCause[] {
  const byName = new Map(roles.map((role) => [`${role.node}.${role.role}`, role]));
  const causes = new Map<string, SimulatedRole>();
  const followers = new Map<string, string[]>();
  for (const [own, role] of byName) {
    if (role.state === 'done') continue;
    const first = role.error?.details?.['firstCause'] as FirstCause | undefined;
    const name = first === undefined ? own : `${first.node}.${first.role}`;
    if (first === undefined || name === own) {
      causes.set(own, role);
      continue;
    }
    followers.set(name, [...(followers.get(name) ?? []), own]);
    // One that ended well without writing what others need, or came back too late, has no error of its own.
    const cause = byName.get(name);
    if (cause?.state === 'done') causes.set(name, { ...cause, error: errorOf(first) });
  }
  return alikes([...causes].map(([name, role]) => [role, followers.get(name) ?? []]));
}

function errorOf({ node, role, code, message }: FirstCause): ErrorData {
  return new HeddleError(code, `${node} role ${role}: ${message}`).toJSON();
}

/** Make one cause of those that members of a group have by themselves in the same way. */
function alikes(causes: readonly (readonly [SimulatedRole, readonly string[]])[]): readonly SimulationCause[] {
  const kinds = new Map<string, (readonly [SimulatedRole, readonly string[]])[]>();
  for (const cause of causes) {
    const [{ node, group, role, state, error }] = cause;
    const kind = `${group ?? node}.${role} ${state} ${error?.code}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), cause]);
  }
  return [...kinds.values()].flatMap((kind) => {
    const [first] = kind;
    if (first === undefined) return [];
    const [{ node, role, state, error }] = first;
    const followed = kind.flatMap(([, names]) => names);
    return [
      {
        node,
        role,
        state,
        ...(error === undefined ? {} : { error }),
        alike: kind.length - 1,
        followed: followed.length,
        followers: followed.slice(0, mostFollowers),
      },
    ];
  });
}

/** Round all times to whole milliseconds. */
function whole<T extends object>(record: T): T {
  const entries = Object.entries(record).map(([key, value]) => [
    key,
    typeof value === 'number' ? Math.round(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}
