import type { LoadCommand } from './command-table.ts';
import { lazyError } from './lazy-error.ts';

/** The commands of the one file for machines: all but those for whoever writes or runs a deployment. */
export const commands: ReadonlyMap<string, LoadCommand> = new Map([
  ['up', async () => (await import('./commands/up.ts')).addUp],
  ['status', async () => (await import('./commands/status.ts')).addStatus],
  ['why', async () => (await import('./commands/why.ts')).addWhy],
  ['wait', async () => (await import('./commands/wait.ts')).addWait],
  ['watch', async () => (await import('./commands/watch.ts')).addWatch],
  ['ls', async () => (await import('./commands/ls.ts')).addLs],
  ['get', async () => (await import('./commands/get.ts')).addGet],
  ['set', async () => (await import('./commands/set.ts')).addSet],
  ['facts', async () => (await import('./commands/facts.ts')).addFacts],
  ['seed', async () => (await import('./commands/seed.ts')).addSeed],
  ['agent', async () => (await import('./commands/agent.ts')).addAgent],
  ['boot', async () => (await import('./commands/boot.ts')).addBoot],
  ['exec', async () => (await import('./commands/exec.ts')).addExec],
  ['chef', async () => (await import('./commands/chef.ts')).addChef],
  ['abort', async () => (await import('./commands/abort.ts')).addAbort],
  ['retry', async () => (await import('./commands/retry.ts')).addRetry],
  ['store', async () => (await import('./commands/store.ts')).addStore],
  ['doctor', async () => (await import('./commands/doctor.ts')).addDoctor],
  ['completion', async () => (await import('./commands/completion.ts')).addCompletion],
]);

/** Commands of an installed Heddle, which say here that they are not there. */
const elsewhere = ['validate', 'compile', 'coordinator', 'plan', 'graph', 'sim', 'scale', 'gc'];

/** Commands that are in no help and no completion. */
export const inner: ReadonlyMap<string, LoadCommand> = new Map([
  ['copy-outputs', async () => (await import('./commands/copy-outputs.ts')).addCopyOutputs],
  ['software-config', async () => (await import('./commands/software-config.ts')).addSoftwareConfig],
  ...elsewhere.map((name): [string, LoadCommand] => [name, async () => missing(name)]),
]);

function missing(name: string): Awaited<ReturnType<LoadCommand>> {
  return (program) => {
    program
      .command(name)
      .allowUnknownOption()
      .allowExcessArguments()
      .helpOption(false)
      .action(async () => {
        throw await lazyError('tool-missing', `this heddle is one file for machines, which has no heddle ${name}`, {
          next: [`heddle ${name}  of an installed Heddle`],
        });
      });
  };
}
