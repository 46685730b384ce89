import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  type AgentEvent,
  credentialsVariable,
  killQuietly,
  killSurvivors,
  type MachineEntry,
  userVariables,
} from '@heddle/agent';
import { withoutUser } from '@heddle/core';
import { programFile } from '../assets.ts';

export interface AgentProcessOptions {
  readonly storeUrl: string;
  readonly deployment: string;
  readonly epoch: string;
  readonly node: string;
  readonly nodeDirectory: string;
  readonly socketPath: string;
  readonly machine: MachineEntry | undefined;
  /** Undefined: it connects to the store as this process does. */
  readonly credentialsFile: string | undefined;
  readonly onEvent: (event: AgentEvent) => void;
  /** A line that is no event: what the agent says when it cannot start. */
  readonly onText: (line: string) => void;
}

/** How an agent's process ended, in words: `its agent was ended by SIGKILL`. */
export interface AgentExit {
  readonly text: string;
  /** The last by which it had the node; undefined: it never had. */
  readonly incarnation: string | undefined;
}

/** One agent as a child process of `heddle up`. */
export class AgentProcess {
  readonly node: string;
  readonly exit: Promise<AgentExit>;
  readonly #child: ChildProcess;
  readonly #mark: string;
  #isExited = false;
  #incarnation: string | undefined;

  constructor(options: AgentProcessOptions) {
    this.node = options.node;
    this.#mark = options.socketPath;
    const { deployment, epoch, node, nodeDirectory, socketPath, machine } = options;
    const words = ['agent', '--deployment', deployment, '--epoch', epoch, '--node', node];
    words.push('--directory', nodeDirectory, '--socket', socketPath, '--events');
    // An agent whose `up` was killed stops its role and ends, by the kernel's doing.
    this.#child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', process.execPath, programFile(), ...words], {
      env: {
        ...process.env,
        ...storeEnvironment(options),
        HEDDLE_UP: String(process.pid),
        ...(machine === undefined ? {} : { HEDDLE_MACHINE: JSON.stringify(machine) }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C reaches the agents through `up` alone, once.
      detached: true,
    });
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const event = readEvent(line);
        if (event === undefined) return options.onText(line);
        if (event.type === 'began') this.#incarnation = event.incarnation;
        options.onEvent(event);
      });
    }
    if (this.#child.stderr !== null) createInterface({ input: this.#child.stderr }).on('line', options.onText);
    this.exit = this.#waitForExit();
  }

  /** Ask the agent to stop its role and end. */
  interrupt(): void {
    if (!this.#isExited && this.#child.pid !== undefined) killQuietly(this.#child.pid, 'SIGINT');
  }

  /** End the agent and every process of its roles at once; resolves when they are gone. */
  async kill(): Promise<void> {
    if (!this.#isExited && this.#child.pid !== undefined) killQuietly(this.#child.pid);
    await this.exit;
  }

  /** End what the roles of an agent that did not end them left running. */
  killLeftovers(): Promise<void> {
    return killSurvivors(this.#mark, 'HEDDLE_SOCKET');
  }

  #waitForExit(): Promise<AgentExit> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#isExited = true;
        const text = signal === null ? `its agent ended with exit code ${code}` : `its agent was ended by ${signal}`;
        const exit = { text, incarnation: this.#incarnation };
        if (signal === null) return resolve(exit);
        // Killed, not stopped: what its roles started is ended here.
        this.killLeftovers().then(() => resolve(exit), reject);
      });
    });
  }
}

/** Not on the command line, which every user of this machine can read: the URL may hold a password. */
function storeEnvironment({ storeUrl, credentialsFile }: AgentProcessOptions): NodeJS.ProcessEnv {
  if (credentialsFile === undefined) return { HEDDLE_STORE: storeUrl };
  const others = Object.fromEntries(userVariables.map((variable) => [variable, undefined]));
  return { ...others, HEDDLE_STORE: withoutUser(storeUrl), [credentialsVariable]: credentialsFile };
}

/** Undefined for a line that is no event. */
function readEvent(line: string): AgentEvent | undefined {
  try {
    return JSON.parse(line) as AgentEvent;
  } catch {
    return undefined;
  }
}
