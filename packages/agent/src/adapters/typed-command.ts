import type { Adapter, PreparedRun } from './adapter.ts';

/** A command that the user typed, and where. */
export interface TypedCommand {
  readonly command: readonly [string, ...string[]];
  /** Absolute. */
  readonly workingDirectory: string;
}

/** Give an adapter that runs the user's own command where it would run the role as the deployment file says it. */
export function withTypedCommand(adapter: Adapter, typed: TypedCommand): Adapter {
  return {
    name: adapter.name,
    contract: adapter.contract,
    options: adapter.options,
    hasLocalLevel: adapter.hasLocalLevel,
    stopSignal: adapter.stopSignal,
    check: (context) => adapter.check(context),
    detect: (command, context) => adapter.detect(command, context),
    async prepare(context) {
      const asItIs: PreparedRun = { ...typed, environment: {} };
      const prepared = (await adapter.wrap?.({ ...context, ...typed })) ?? asItIs;
      // A run is a process group of its own: reading a terminal from there would stop it.
      return { ...prepared, stdin: process.stdin.isTTY ? 'ignore' : 'inherit' };
    },
    ...(adapter.adviseTooEarly === undefined ? {} : { adviseTooEarly: adapter.adviseTooEarly.bind(adapter) }),
    explainExit: (exit) => adapter.explainExit(exit),
  };
}
