import { HeddleError, type Isolation, type Json, toHeddleError } from '@heddle/core';
import { type Command, Option } from 'commander';
import { checkAdapters, checkTools } from '../deployment/check-adapters.ts';
import { loadPlan } from '../deployment/load.ts';
import { storeUrl } from '../deployment/locate.ts';
import { fitsInPlace } from '../output/fits-in-place.ts';
import { loadScaled } from '../scale/load-scaled.ts';
import { liveDisplay } from '../up/live-display.ts';
import { logDisplay } from '../up/log-display.ts';
import { runDeployment } from '../up/run-deployment.ts';
import { type AccessOptions, accessOption, durationOption, setOption } from './options.ts';

interface Options extends AccessOptions {
  readonly store?: string;
  readonly set?: Record<string, Json>;
  readonly deadline?: number;
  readonly isolate?: Isolation;
  readonly resume?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** `heddle up`: run a deployment on this machine. */
export function addUp(program: Command): void {
  program
    .command('up')
    .description('run every node of a deployment on this machine, each with its own agent, and wait for all of them')
    .argument('[file]', 'the deployment file', 'heddle.yaml')
    .option('--store <url>', 'the store; default: HEDDLE_STORE, then the file, then embedded in .heddle/DEPLOYMENT')
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addOption(
      new Option(
        '--isolate <how>',
        'process: own folders per node; machine: own network, host name and root tree too; default: process, with --resume as before',
      ).choices(['process', 'machine']),
    )
    .addOption(accessOption())
    .option(
      '--resume',
      'continue the current epoch: roles that ended well are not run again; the file must be the same, but for groups that are larger',
    )
    .option('-v, --verbose', "print the CM runs' own output")
    .option('-q, --quiet', 'print errors only')
    .addHelpText(
      'after',
      `
Examples:
  heddle up                                   heddle.yaml of this folder
  heddle up shop.yaml --isolate machine       every node as a machine of its own on this host
  heddle up --set region=us --deadline 30m
  heddle up --resume                          run again what did not end well`,
    )
    .action(async (file: string, options: Options) => {
      process.exitCode = await up(file, options);
    });
}

async function up(file: string, options: Options): Promise<number> {
  if (options.resume === true && options.access !== undefined) {
    throw new HeddleError('usage', '--resume takes no --access: the nodes of an epoch connect as it was begun');
  }
  const load = (counts?: Readonly<Record<string, number>>) =>
    loadPlan(file, {
      ...(counts === undefined ? {} : { counts }),
      ...(options.set === undefined ? {} : { params: options.set }),
      ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
    });
  const fromFile = await load();
  const plan = options.resume === true ? await loadScaled(fromFile, storeUrl(fromFile, options.store), load) : fromFile;
  await checkAdapters(plan);
  await checkTools(plan);
  const verbose = options.verbose === true;
  const quiet = options.quiet === true;
  const display = fitsInPlace(process.stdout) && !quiet ? liveDisplay({ verbose }) : logDisplay({ verbose, quiet });
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) display.note(`${signal}: stopping every node`);
    controller.abort(new HeddleError('interrupted', `interrupted by ${signal}`));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    for (const warning of plan.warnings) display.warn(warning);
    for (const [group, count] of Object.entries(plan.groups)) {
      const written = fromFile.groups[group];
      if (written !== count)
        display.note(`group ${group} has ${count} members, as it was scaled in this epoch; the file says ${written}`);
    }
    return await runDeployment({
      plan,
      storeUrl: storeUrl(plan, options.store),
      isolate: options.isolate,
      access: options.access ?? 'best',
      isResumed: options.resume === true,
      display,
      signal: controller.signal,
    });
  } catch (thrown) {
    throw toHeddleError(thrown);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    display.close();
  }
}
