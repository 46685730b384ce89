import { HeddleError, type Json, type Plan } from '@heddle/core';
import type { OutputMoment, SimulatePlanOptions } from '@heddle/testkit/simulator';
import { type Command, Option } from 'commander';
import { componentsOption, preferOption, previewParameterOption } from '../heat/template-options.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { simText } from '../output/sim-text.ts';
import { loadPlanned } from '../plan/load-planned.ts';
import { type AccidentFlags, accidentsOf, failuresOf } from '../sim/accidents.ts';
import { durationList, durationsOf } from '../sim/durations.ts';
import type { SizedPlan } from '../sim/find-node.ts';
import { loadSimulator } from '../sim/load-simulator.ts';
import { roleModel } from '../sim/model.ts';
import {
  countOption,
  type DurationRule,
  durationRuleOption,
  failureOption,
  momentOption,
  numberOption,
  outageOption,
  percentOption,
} from '../sim/options.ts';
import { progressLines } from '../sim/progress.ts';
import { chooseSizes } from '../sim/sizes.ts';
import { simulationView } from '../views/simulation.ts';
import { durationOption, setOption } from './options.ts';

interface Options extends AccidentFlags {
  readonly nodes?: number;
  readonly count?: Readonly<Record<string, number>>;
  readonly duration?: readonly DurationRule[];
  readonly spread: number;
  readonly outputs: OutputMoment;
  readonly seed: number;
  readonly set?: Record<string, Json>;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly prefer?: 'static' | 'runtime';
  readonly rolesKey?: string;
  readonly components?: boolean;
  readonly deadline?: number;
  readonly output: string;
}

/** `heddle sim`: how a deployment behaves, without machines. */
export function addSim(program: Command): void {
  program
    .command('sim')
    .description('simulate a deployment without machines: how its roles end, what takes the time, who waits longest')
    .argument('[file]', 'a deployment file, a Heat template with roles, or a compiled plan', 'heddle.yaml')
    .option('--nodes <number>', 'let the groups grow in proportion until there are this many nodes', numberOption)
    .option('--count <group=number>', 'let one group grow; can be given several times', countOption)
    .option('--kill <node@time>', 'a machine is lost then, for good', momentOption)
    .option('--restart <node@time>', 'a machine that was lost is there again, and its agent is started', momentOption)
    .option('--fail <node:role[@time]>', 'a role fails after so much of its work; default: half of it', failureOption)
    .option('--store-down <from..to>', 'the store is away meanwhile', outageOption)
    .option(
      '--duration <[role=]duration>',
      'how long roles work, without their waits; ROLE=, GROUP.ROLE= or NODE.ROLE= for some; default 10s',
      durationRuleOption,
    )
    .option('--spread <percent>', 'how much longer or shorter a role may work, by chance', percentOption, 20)
    .addOption(
      new Option('--outputs <when>', 'when a role writes its outputs: before its first read, or at its end')
        .choices(['early', 'late'])
        .default('early'),
    )
    .option('--seed <number>', 'the same number gives the same simulation', numberOption, 1)
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .addOption(previewParameterOption())
    .addOption(preferOption())
    .option('--roles-key <name>', 'template: the key of the metadata that holds roles; default: roles')
    .addOption(componentsOption())
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
No recipe is read and no machine is started: each role works for its time and reads its inputs in the order of the file,
evenly over that time. Waits, deadlines, deadlocks, lost nodes and gathers are Heddle's own, in virtual time. Times of
--kill, --restart and --store-down count from the start of the agents. Ends with the code that heddle up would end with.

Examples:
  heddle sim                                          heddle.yaml as it is
  heddle sim shop.yaml --nodes 1000 --kill db@30s --seed 7
  heddle sim --duration 30s --duration db.mysql=2m    what the database costs the others
  heddle sim template.yaml --parameter tier=small     the sides of its choices that the parameters take
  heddle sim --outputs late                           whether the order of reads and writes matters
  heddle sim --fail web[0]:app -o json | jq .causes`,
    )
    .action(async (file: string, options: Options) => {
      process.exitCode = await sim(file, options);
    });
}

async function sim(file: string, options: Options): Promise<number> {
  const { plan } = await loadPlanned(file, options);
  const sizes = chooseSizes(plan, options.nodes, options.count ?? {});
  const sized = { plan, sizes };
  const accidents = accidentsOf(options, sized);
  const { outputs, spread, seed, duration: rules = [] } = options;
  const model = {
    outputs,
    spread,
    durations: durationsOf(rules, sized),
    failures: failuresOf(options, sized),
  };
  const { simulatePlan } = await loadSimulator();
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  const run = async (rest: Omit<SimulatePlanOptions, 'plan' | 'seed'>) =>
    healthy(await simulatePlan({ plan, seed, ...rest }));
  const progress = progressLines(nodesOf(sized));
  const simulation = await run({ model: roleModel(model), sizes, accidents, progress });
  const others = accidents.filter(({ kind }) => kind !== 'store-down');
  const steady =
    others.length === accidents.length ? undefined : await run({ model: roleModel(model), sizes, accidents: others });
  // Without a cycle in the plan no order of reads and writes is a deadlock.
  const isDoubtful = outputs === 'early' && plan.warnings.length > 0;
  const late = roleModel({ ...model, outputs: 'late', failures: new Map() });
  const lateDeadlock = isDoubtful ? deadlockOf(await run({ model: late })) : undefined;
  const view = simulationView(simulation, {
    deployment: plan.deployment,
    seed,
    assumptions: {
      outputs,
      durations: durationList(rules),
      spread,
      lookingUp: lookingUp(plan),
      ...(lateDeadlock === undefined ? {} : { lateDeadlock }),
    },
    accidents,
    ...(steady === undefined ? {} : { endWithoutOutageMs: steady.endMs }),
  });
  process.stdout.write(formatListing(view, options.output, () => simText(view)));
  return view.exitCode;
}

type Simulation = Awaited<ReturnType<Awaited<ReturnType<typeof loadSimulator>>['simulatePlan']>>;

/** How many roles of the file may read what is none of their inputs. */
function lookingUp({ nodes }: Plan): number {
  return nodes.flatMap(({ roles }) => roles).filter(({ readsPeers }) => readsPeers === true).length;
}

function nodesOf({ plan, sizes }: SizedPlan): number {
  return [...sizes].reduce((sum, [group, size]) => sum + size - (plan.groups[group] ?? 0), plan.nodes.length);
}

/** The message of the first deadlock. */
function deadlockOf({ roles }: Simulation): string | undefined {
  return roles.find(({ error }) => error?.code === 'deadlock')?.error?.message;
}

/** What an agent may never meet is no behaviour of the deployment. Throws unexpected. */
function healthy(simulation: Simulation): Simulation {
  if (simulation.faults.length === 0) return simulation;
  throw new HeddleError('unexpected', 'the simulation met a fault of Heddle', {
    notes: simulation.faults.slice(0, 10),
  });
}
