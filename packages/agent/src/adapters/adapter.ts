import type { AdapterTraits, FoundValues, Json, Peer, PlanOutput, PlanRole } from '@heddle/core';
import type { ZodType } from 'zod';

/** What an adapter knows about a role before it runs. */
export interface AdapterContext {
  readonly role: PlanRole;
  /** The role's options with `self` and `params` filled in; valid by the adapter's own schema. */
  readonly options: Json;
  /** The folder that relative paths in the options resolve against, absolute. */
  readonly directory: string;
}

/** What an adapter gets to look for values in the files of a role, while a deployment is compiled. */
export interface FindContext extends AdapterContext {
  /** The nodes that the declaration of the role stands for: a group's members, or the single node. */
  readonly members: readonly string[];
  /** All nodes and groups of the deployment, with the outputs that they declare. */
  readonly peers: readonly {
    readonly name: string;
    readonly members: readonly string[];
    readonly outputs: readonly PlanOutput[];
  }[];
}

/** What an adapter gets to prepare a run on a node. */
export interface RunContext extends AdapterContext {
  readonly deployment: string;
  readonly node: string;
  /** The node's own working folder, absolute; kept between runs. */
  readonly nodeDirectory: string;
  /** A folder of this role below it, absolute; exists. */
  readonly roleDirectory: string;
  /** All nodes and groups of the deployment, in plan order, when the role reads peers. @default none */
  readonly peers?: readonly Peer[];
  /** The environment that the command will have. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What an adapter gets to put its shim into a command that the user typed (`heddle exec`). */
export interface WrapContext extends RunContext {
  readonly command: readonly [string, ...string[]];
  /** Where the user typed it, absolute. */
  readonly workingDirectory: string;
}

/** A command that runs the role. */
export interface PreparedRun {
  readonly command: readonly [string, ...string[]];
  readonly workingDirectory: string;
  /** `inherit`: the command reads what the agent would read. @default 'ignore' */
  readonly stdin?: 'ignore' | 'inherit';
  /** Added to the environment of the agent. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How the CM run ended. */
export interface RunExit {
  /** The exit code, or null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its output, sensitive values masked. */
  readonly tail: string;
}

/** A mistake in a role's options, found without running anything. */
export interface AdapterProblem {
  readonly message: string;
  /** What to do about it. */
  readonly next?: string;
  /** Where in the options, `['run_list', 0]`: the message then has the line of that. @default the line of the role */
  readonly at?: readonly (string | number)[];
}

/** About a read that comes too early: one line each. */
export interface TooEarlyAdvice {
  /** Why it is not there yet. */
  readonly note: string;
  /** How it is read later. */
  readonly next: string;
}

export type { AdapterTraits, FoundValues };

/**
 * One CM tool. Defined by a package's default export; the agent runs what `prepare` returns, forwards signals and passes the exit code on.
 */
export interface Adapter {
  readonly name: string;
  /** Version of this contract; an adapter of another version is refused. */
  readonly contract: 1;
  readonly options: ZodType;
  /** True when the CM tool has attributes of its own: then an output that is not written yet reads as null locally instead of being a deadlock. */
  readonly hasLocalLevel: boolean;
  /** The signal that makes a run stop in order. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /**
   * What the compiler has to know of its roles, which do more than the deployment file says.
   * Those of the adapters that come with Heddle are known without loading them. @default nothing
   */
  readonly traits?: AdapterTraits;
  /** Find mistakes: files that do not exist, run-list entries that resolve to nothing. */
  check(context: AdapterContext): Promise<readonly AdapterProblem[]>;
  /**
   * Find which attributes the files of roles assign, and which attributes of other nodes they read, without running anything.
   * Gets all roles of the deployment that use this adapter at once, one for each declaration, and answers in their order.
   * What cannot be read or decided is a note, never an error. @default nothing is found
   */
  find?(contexts: readonly FindContext[]): Promise<readonly FoundValues[]>;
  /** Throw tool-missing when a program that the role needs is not installed here. @default nothing is looked for */
  requireTools?(context: AdapterContext, environment: NodeJS.ProcessEnv): Promise<void>;
  /** True when this command line can be a run of the role (`heddle exec`): a run of the CM tool, or the role's very words. */
  detect(command: readonly string[], context: AdapterContext): boolean;
  /**
   * True when this command line only shows what a run of the role would do (`chef-solo --why-run`): it gets no value and is not recorded.
   * @default it never does
   */
  previews?(command: readonly string[]): boolean;
  /** Write the files of a run. Throws tool-missing when a program is not installed, config-invalid for wrong options. */
  prepare(context: RunContext): Promise<PreparedRun>;
  /**
   * The command that tells the facts of the machine; see `AdapterTraits.facts`. The outputs of `context.role` are the facts that are
   * wanted, its options those that the trait names. The command prints one JSON object:
   * `{ "facts": { NAME: value }, "absent": { NAME: "why this machine has none" } }`. @default there are none
   */
  gatherFacts?(context: RunContext): Promise<PreparedRun>;
  /**
   * The part of an output's value that counts when a later run publishes the output again: where it is what it was, the value of before
   * stands, and who read it need not run again. Leaves out what changes by itself, such as the time of day. @default the whole value
   *
   * @param path  Of the output.
   */
  lasting?(path: readonly string[], value: Json): Json;
  /** Put what a run needs into a command that the user typed; its own configuration stands. @default the command as it is */
  wrap?(context: WrapContext): Promise<PreparedRun>;
  /**
   * Explain to a role that is still compiling what it will do how it comes by an attribute that the same run writes later.
   * @default explained without the tool's own words
   */
  adviseTooEarly?(path: readonly string[]): TooEarlyAdvice;
  /** Say in one line why a run ended as it did, if the adapter knows better than "exit code N". */
  explainExit(exit: RunExit): string | undefined;
}

/** Define an adapter package. */
export function defineAdapter(adapter: Adapter): Adapter {
  return adapter;
}
