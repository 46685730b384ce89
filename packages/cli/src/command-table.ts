import type { Command } from 'commander';

/** Loads the file of a command, and gives the function that adds it. */
export type LoadCommand = () => Promise<(program: Command) => void>;

/** The commands in the order of the help. A command's file is loaded when the command is used: `heddle get` starts in a tenth of a second. */
export const commands: ReadonlyMap<string, LoadCommand> = new Map([
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
export const inner: ReadonlyMap<string, LoadCommand> = new Map([
  ['copy-outputs', async () => (await import('./commands/copy-outputs.ts')).addCopyOutputs],
  ['software-config', async () => (await import('./commands/software-config.ts')).addSoftwareConfig],
]);
