import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a command ended, and all that it printed. */
export interface HeddleEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An event of an agent, as `heddle agent --events` prints it. */
export type PrintedEvent = Readonly<Record<string, unknown>>;

export interface HeddleProcessOptions {
  readonly program: string;
  readonly words: readonly string[];
  /** Absolute. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly patienceMs: number;
}

/** A heddle command that runs; it ends with the process that started it. */
export class HeddleProcess {
  readonly #options: HeddleProcessOptions;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #stderr = '';
  #ended: HeddleEnd | undefined;
  #startError: Error | undefined;

  constructor(options: HeddleProcessOptions) {
    this.#options = options;
    const { program, words, directory, environment } = options;
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...words], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.#lines.push(line);
        this.#tell();
      });
    }
    this.#child.once('error', (error) => {
      this.#startError = error;
      this.#tell();
    });
    this.#child.once('close', (exitCode, signal) => {
      this.#ended = { exitCode, signal, stdout: this.#lines.join('\n'), stderr: this.#stderr };
      this.#tell();
    });
  }

  /** How it has ended, once it has; asked for while it runs, it has `patienceMs` from then on. */
  get end(): Promise<HeddleEnd> {
    return this.#until('the end', () => this.#ended);
  }

  /** All that it has printed so far. */
  get output(): string {
    return [...this.#lines, this.#stderr].join('\n');
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolve with the first line of its output. */
  firstLine(): Promise<string> {
    return this.#until('a first line', () => this.#lines[0]);
  }

  /** Resolve with the first event that has these fields, also one that came before. */
  event(fields: PrintedEvent): Promise<PrintedEvent> {
    return this.#until(`the event ${JSON.stringify(fields)}`, () => this.events(fields)[0]);
  }

  /** All events so far that have these fields. */
  events(fields: PrintedEvent): readonly PrintedEvent[] {
    return this.#lines
      .map(parseEvent)
      .filter((event) => Object.entries(fields).every(([name, value]) => event[name] === value));
  }

  #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const { patienceMs, words } = this.#options;
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#listeners.delete(check);
      };
      const fail = (error: Error) => {
        stop();
        reject(error);
      };
      const missed = (when: string) =>
        fail(new Error(`${what} of heddle ${words[0]} did not come ${when}; it printed:\n${this.output}`));
      const timer = setTimeout(() => missed(`within ${patienceMs} ms`), patienceMs);
      const check = () => {
        try {
          const found = look();
          if (found !== undefined) {
            stop();
            resolve(found);
          } else if (this.#startError !== undefined) fail(this.#startError);
          else if (this.#ended !== undefined) missed('before its end');
        } catch (error) {
          fail(error as Error);
        }
      };
      this.#listeners.add(check);
      check();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function parseEvent(line: string): PrintedEvent {
  try {
    return JSON.parse(line) as PrintedEvent;
  } catch (cause) {
    throw new Error(`this line is no event: ${line}`, { cause });
  }
}
