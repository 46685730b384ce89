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
  readonly end: Promise<HeddleEnd>;
  readonly #options: HeddleProcessOptions;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #stderr = '';
  #hasEnded = false;

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
    this.end = this.#waitForEnd();
    // Whoever asks for the end is told of the error.
    this.end.catch(() => undefined);
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
    const parsed = this.#lines.map((line) => JSON.parse(line) as PrintedEvent);
    return parsed.filter((event) => Object.entries(fields).every(([name, value]) => event[name] === value));
  }

  #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const { patienceMs, words } = this.#options;
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#listeners.delete(check);
      };
      const fail = (why: string) => {
        stop();
        const output = [...this.#lines, this.#stderr].join('\n');
        reject(new Error(`${what} of heddle ${words[0]} did not come ${why}; it printed:\n${output}`));
      };
      const timer = setTimeout(() => fail(`within ${patienceMs} ms`), patienceMs);
      const check = () => {
        const found = look();
        if (found !== undefined) {
          stop();
          resolve(found);
        } else if (this.#hasEnded) fail('before its end');
      };
      this.#listeners.add(check);
      check();
    });
  }

  #waitForEnd(): Promise<HeddleEnd> {
    return new Promise((resolve, reject) => {
      const over = () => {
        this.#hasEnded = true;
        this.#tell();
      };
      this.#child.once('error', (error) => {
        over();
        reject(error);
      });
      this.#child.once('close', (exitCode, signal) => {
        over();
        resolve({ exitCode, signal, stdout: this.#lines.join('\n'), stderr: this.#stderr });
      });
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
