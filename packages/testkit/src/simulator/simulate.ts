import { createRandom } from '../random.ts';
import { randomAbort, randomClimate, randomFaults } from './faults/random-faults.ts';
import { Tally } from './faults/tally.ts';
import { checkWorld } from './oracle/check.ts';
import type { Program } from './program/program.ts';
import { Dice, ProgramMaker } from './program/random-program.ts';
import { settleProgram } from './program/settle-program.ts';
import { World } from './world/world.ts';

/** What the core leaves free in an aggregate's chunk, in bytes: a store that takes little more gets a chunk of one or a few members. */
const headRoomBytes = 1024;

/** Added to a seed, it gives that of the abort. */
const abortSeeds = 2 ** 31;

/** The same for the rights of its nodes. */
const rightsSeeds = 3 * 2 ** 30;

/** What one simulated deployment came to. */
export interface SimulationReport {
  readonly seed: number;
  /** What was not as the program says; none: all was right. */
  readonly problems: readonly string[];
  /** How often each fault, and each end of a read, occurred. */
  readonly counts: ReadonlyMap<string, number>;
  readonly program: Program;
  readonly world: World;
}

export interface SimulateOptions {
  /** Told what happens on every connection. @default nobody */
  readonly trace?: (line: string) => void;
  /** True: a quarter of the programs keep the reads that wait for one another. @default false */
  readonly withDeadlocks?: boolean;
}

/** Make a deployment and its faults from a seed, run it on the simulated store, and judge what it came to. */
export async function simulate(
  seed: number,
  { trace, withDeadlocks = false }: SimulateOptions = {},
): Promise<SimulationReport> {
  const { random } = createRandom(seed);
  const dice = new Dice(random);
  const tally = new Tally();
  const isLarge = dice.chance(0.15);
  const withCrashes = dice.chance(0.5);
  const hangs = !withCrashes && dice.chance(0.15) ? 0.1 : 0;
  const maker = new ProgramMaker(random, { fewestNodes: 2, mostNodes: isLarge ? 20 : 7, hangs });
  const made = maker.make();
  const program = dice.chance(0.25) && withDeadlocks ? made : settleProgram(made);
  const nodes = program.nodes.map(({ name }) => name);
  // By dice of its own: whether it comes changes nothing else.
  const aborts = withCrashes ? [] : randomAbort(new Dice(createRandom(seed + abortSeeds).random));
  const faults = [...randomFaults(dice, nodes, withCrashes), ...aborts];
  const olderEpochMs = dice.chance(0.1) ? dice.between(500, 8000) : undefined;
  const maxValueBytes = dice.chance(0.3) ? headRoomBytes + dice.between(40, 200) : undefined;
  const hasRights = new Dice(createRandom(seed + rightsSeeds).random).chance(0.3);
  if (hasRights) tally.add('rights-of-nodes');
  if (maxValueBytes !== undefined) tally.add('small-chunks');
  const world = new World({
    olderEpochMs,
    maxValueBytes,
    hasRights,
    program,
    climate: randomClimate(dice),
    faults,
    random,
    tally,
    ...(trace === undefined ? {} : { trace }),
  });
  const isOver = await world.run();
  const problems = checkWorld(program, world, isOver);
  countEnds(world, program, tally);
  return { seed, problems, counts: tally.counts, program, world };
}

function countEnds({ seen }: World, program: Program, tally: Tally): void {
  for (const { outcome } of seen.reads)
    if (outcome !== undefined) tally.add(outcome.kind === 'value' ? 'read: value' : `read: ${outcome.error.code}`);
  for (const { state } of seen.roles) if (state !== undefined) tally.add(`role: ${state}`);
  tally.add('nodes', program.nodes.length);
  for (const { steps, outputs } of program.nodes.flatMap(({ roles }) => roles)) {
    if (steps.some(({ kind }) => kind === 'fail')) tally.add('role-fails');
    if (steps.some(({ kind }) => kind === 'hang')) tally.add('role-hangs');
    const written = new Set(steps.flatMap((step) => (step.kind === 'write' ? [step.output] : [])));
    if (outputs.some((output) => !written.has(output))) tally.add('output-never-written');
  }
}
