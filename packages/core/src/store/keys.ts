import type { Key } from './store.ts';

/** The keys of one deployment; each function names one kind of entry. */
export interface EpochKeys {
  readonly epoch: string;
  readonly root: Key;
  open(): Key;
  plans(): Key;
  plan(node: string): Key;
  incarnations(): Key;
  incarnation(node: string): Key;
  members(): Key;
  member(node: string): Key;
  roles(): Key;
  role(node: string, role: string): Key;
  values(): Key;
  value(node: string, output: string): Key;
  waits(): Key;
  waitsOf(node: string, role: string): Key;
  wait(node: string, role: string, number: number): Key;
  /** A deployment that somebody has aborted has an entry here. */
  abort(): Key;
  retries(): Key;
  /** What somebody asked to be run again on a node; whoever runs its roles takes it. */
  retry(node: string): Key;
  /** The liveness of the `heddle up` that starts the agents. */
  up(): Key;
  verdicts(): Key;
  verdict(node: string, role: string, number: number): Key;
  /** The election of the node that judges waits and lost nodes. */
  steward(): Key;
  gathers(): Key;
  /** How large the groups are that grew in this epoch. */
  scale(): Key;
  /** The machines that took a place in a group. */
  places(): Key;
  placesOf(group: string): Key;
  place(group: string, node: string): Key;
  /** What members of groups connect to the store with, each until its machine has fetched it. */
  credentials(): Key;
  credentialsOf(group: string): Key;
  credentialsFor(group: string, node: string): Key;
  /** All aggregates of an output: one for each size that the group has had. */
  gather(group: string, output: string): Key;
  gatherOf(group: string, output: string, count: number): Key;
  gatherHead(group: string, output: string, count: number): Key;
  gatherProgress(group: string, output: string, count: number): Key;
  gatherChunk(group: string, output: string, count: number, generation: number, chunk: number): Key;
}

/** The key that names a deployment's current epoch. */
export function currentKey(deployment: string): Key {
  return [deployment, 'current'];
}

/** Build the keys below one epoch of a deployment. */
export function epochKeys(deployment: string, epoch: string): EpochKeys {
  const root: Key = [deployment, epoch];
  const gatherOf = (group: string, output: string, count: number): Key => [
    ...root,
    'gathers',
    group,
    output,
    String(count),
  ];
  return {
    epoch,
    root,
    open: () => [...root, 'open'],
    plans: () => [...root, 'plan'],
    plan: (node) => [...root, 'plan', node],
    incarnations: () => [...root, 'incarnations'],
    incarnation: (node) => [...root, 'incarnations', node],
    members: () => [...root, 'members'],
    member: (node) => [...root, 'members', node],
    roles: () => [...root, 'roles'],
    role: (node, role) => [...root, 'roles', node, role],
    values: () => [...root, 'values'],
    value: (node, output) => [...root, 'values', node, output],
    waits: () => [...root, 'waits'],
    waitsOf: (node, role) => [...root, 'waits', node, role],
    wait: (node, role, number) => [...root, 'waits', node, role, String(number)],
    abort: () => [...root, 'abort'],
    retries: () => [...root, 'retries'],
    retry: (node) => [...root, 'retries', node],
    up: () => [...root, 'up'],
    verdicts: () => [...root, 'verdicts'],
    verdict: (node, role, number) => [...root, 'verdicts', node, role, String(number)],
    steward: () => [...root, 'steward'],
    gathers: () => [...root, 'gathers'],
    gather: (group, output) => [...root, 'gathers', group, output],
    gatherOf,
    gatherHead: (group, output, count) => [...gatherOf(group, output, count), 'head'],
    gatherProgress: (group, output, count) => [...gatherOf(group, output, count), 'progress'],
    gatherChunk: (group, output, count, generation, chunk) => [
      ...gatherOf(group, output, count),
      String(generation),
      String(chunk),
    ],
    scale: () => [...root, 'scale'],
    places: () => [...root, 'places'],
    placesOf: (group) => [...root, 'places', group],
    place: (group, node) => [...root, 'places', group, node],
    credentials: () => [...root, 'credentials'],
    credentialsOf: (group) => [...root, 'credentials', group],
    credentialsFor: (group, node) => [...root, 'credentials', group, node],
  };
}
