import { Command } from 'commander';
import { version } from './version.ts';

type Add = (program: Command) => void;

/** The commands in the order of the help. A command's file is loaded when the command is used: `heddle get` starts in a tenth of a second. */
const commands: ReadonlyMap<string, () => Promise<Add>> = new Map([
  ['up', async () => (await import('./commands/up.ts')).addUp],
  ['validate', async () => (await import('./commands/validate.ts')).addValidate],
  ['compile', async () => (await import('./commands/compile.ts')).addCompile],
  ['coordinator', async () => (await import('./commands/coordinator.ts')).addCoordinatorCommand],
  ['status', async () => (await import('./commands/status.ts')).addStatus],
  ['why', async () => (await import('./commands/why.ts')).addWhy],
  ['wait', async () => (await import('./commands/wait.ts')).addWait],
  ['plan', async () => (await import('./commands/plan.ts')).addPlan],
  ['graph', async () => (await import('./commands/graph.ts')).addGraph],
  ['sim', async () => (await import('./commands/sim.ts')).addSim],
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
  ['scale', async () => (await import('./commands/scale.ts')).addScale],
  ['gc', async () => (await import('./commands/gc.ts')).addGc],
  ['store', async () => (await import('./commands/store.ts')).addStore],
  ['doctor', async () => (await import('./commands/doctor.ts')).addDoctor],
  ['completion', async () => (await import('./commands/completion.ts')).addCompletion],
]);

/** Commands that Heddle itself runs: in no help and no completion. */
const inner: ReadonlyMap<string, () => Promise<Add>> = new Map([
  ['copy-outputs', async () => (await import('./commands/copy-outputs.ts')).addCopyOutputs],
  ['software-config', async () => (await import('./commands/software-config.ts')).addSoftwareConfig],
]);

/** Build the command line; every command is a file in commands/. */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('heddle')
    .description(
      'Lets unmodified Chef roles and Ansible playbooks on many machines, and scripts beside them, read each other’s values',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(heddle --help shows what there is)')
    .addHelpText(
      'after',
      `
Examples:
  heddle up heddle.yaml                 run a deployment
  heddle up heddle.yaml --set region=us with another parameter
  heddle status --watch                 what every role is doing, until all have ended
  heddle why web-0                      why a role waits or has failed, and what to do
  heddle get db.port                    a value that a role has published
  heddle validate heddle.yaml           look for mistakes without running anything

Exit codes: 0 ok, 1 unexpected, 2 usage, 3 plan invalid, 20 wait timed out, 21 producer failed,
            22 deadlock, 23 aborted, 24 store unavailable, 25 denied, 26 value too large or of the wrong type,
            130 interrupted`,
    );
  for (const load of needed(words[0])) (await load())(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** One command when it is named, none for the version; all of them for the help, for completion, and to suggest one for a word that is none. */
function needed(word: string | undefined): Iterable<() => Promise<Add>> {
  if (word === '--version' || word === '-V') return [];
  const named = word === undefined || word === 'completion' ? undefined : (commands.get(word) ?? inner.get(word));
  return named === undefined ? commands.values() : [named];
}
