import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HeddleError, type Json } from '@heddle/core';
import type {
  Credentials,
  ServerReport,
  ServerRequest,
  Signal,
  SignalAnswer,
  StackOutput,
  StackRequest,
  StackResult,
} from './types.ts';

/** Debian's packages of OpenStack belong to this interpreter. */
const python = '/usr/bin/python3';
const installed = '/usr/lib/python3/dist-packages/heat/engine/stack.py';
const program = fileURLToPath(new URL('../../src/heat/engine.py', import.meta.url));

export interface HeatOptions extends StackRequest {
  /** Where the machines reach Heat's API: `http://10.77.0.10:8004/v1`. */
  readonly heatUrl: string;
  /** Where the machines reach Keystone: `http://10.77.0.10:5000/v3`. @default nowhere */
  readonly keystoneUrl?: string;
  /** Called when Heat asks Nova for a server; answer with `report`, now or later. */
  readonly onServer: (server: ServerRequest) => void;
  /** Called when the engine is loaded and the creation begins. @default nothing */
  readonly onReady?: () => void;
}

/** Heat's engine at work on one stack. */
export interface HeatEngine {
  readonly pid: number;
  /** Resolves when the creation has ended, well or not. @throws HeddleError `plan-invalid` when Heat refuses the template. */
  readonly result: Promise<StackResult>;
  report(server: ServerReport): void;
  /** Hand a signal to the engine; also after the creation has ended. */
  signal(signal: Signal): Promise<SignalAnswer>;
  /** What Heat's API tells of the outputs now, while the stack is being created or later; none once the engine has ended. */
  outputs(): Promise<readonly StackOutput[]>;
  /** Ask for a token, as a user that Heat has made; undefined for one who is not known, and once the engine has ended. */
  authenticate(credentials: Credentials): Promise<string | undefined>;
  /** End the engine and wait for it. */
  close(): Promise<void>;
}

type Line = Readonly<{
  ready?: Readonly<Record<string, never>>;
  server?: ServerRequest;
  signalled?: SignalAnswer & { readonly request: number };
  outputs?: { readonly request: number; readonly outputs: readonly StackOutput[] };
  authenticated?: { readonly request: number; readonly token: string | null };
  stack?: StackResult;
  invalid?: { readonly error: string };
}>;

/** Milliseconds until an engine that was told to end is killed. */
const endMs = 5000;

/**
 * Let the real Heat engine create a stack, in a process of its own that ends with this one at the latest.
 *
 * @throws HeddleError `tool-missing` without Debian's python3-heat.
 */
export function startHeat(options: HeatOptions): HeatEngine {
  if (!existsSync(installed)) {
    throw new HeddleError('tool-missing', `Heat's engine is not installed: there is no ${installed}`, {
      next: ['apt-get install --no-install-recommends python3-heat'],
    });
  }
  // -B: no compiled files beside the sources.
  const child = spawn(python, ['-B', program], { stdio: 'pipe' });
  const { onServer, onReady = () => undefined, heatUrl, stackName, template, parameters = {}, files = {} } = options;
  const { keystoneUrl = 'http://localhost:5000/v3' } = options;
  const say = (key: string, value: unknown): void => void child.stdin.write(`${JSON.stringify({ [key]: value })}\n`);
  // What is written after its end is lost; the end itself is what fails the caller.
  child.stdin.on('error', () => undefined);
  say('create', { template, parameters, files, stackName, heatUrl, keystoneUrl });

  const signals = new Map<number, (answer: SignalAnswer) => void>();
  const asked = new Map<number, (outputs: readonly StackOutput[]) => void>();
  const authentications = new Map<number, (token: string | undefined) => void>();
  let requests = 0;
  const result = converse(child, { onServer, onReady, signals, asked, authentications });
  result.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    result,
    report: (server) => say('server', server),
    async signal(signal) {
      if (!child.stdin.writable) return ended;
      requests += 1;
      const request = requests;
      const answer = new Promise<SignalAnswer>((resolve) => signals.set(request, resolve));
      say('signal', { request, ...signal });
      return answer;
    },
    async outputs() {
      if (!child.stdin.writable) return [];
      requests += 1;
      const request = requests;
      const answer = new Promise<readonly StackOutput[]>((resolve) => asked.set(request, resolve));
      say('outputs', { request });
      return answer;
    },
    async authenticate(credentials) {
      if (!child.stdin.writable) return undefined;
      requests += 1;
      const request = requests;
      const token = new Promise<string | undefined>((resolve) => authentications.set(request, resolve));
      say('authenticate', { request, ...credentials });
      return token;
    },
    close: () => end(child),
  };
}

const ended: SignalAnswer = { status: 503, error: 'the engine has ended' };

interface Listeners {
  readonly onServer: (server: ServerRequest) => void;
  readonly onReady: () => void;
  readonly signals: Map<number, (answer: SignalAnswer) => void>;
  readonly asked: Map<number, (outputs: readonly StackOutput[]) => void>;
  readonly authentications: Map<number, (token: string | undefined) => void>;
}

function converse(
  child: ChildProcessWithoutNullStreams,
  { onServer, onReady, signals, asked, authentications }: Listeners,
): Promise<StackResult> {
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-8192);
  });
  return new Promise((resolve, reject) => {
    const hear = (line: Line): void => {
      if (line.ready) onReady();
      if (line.server) onServer(line.server);
      if (line.outputs) {
        asked.get(line.outputs.request)?.(line.outputs.outputs);
        asked.delete(line.outputs.request);
      }
      if (line.stack) resolve(line.stack);
      if (line.invalid) reject(new HeddleError('plan-invalid', `Heat refuses the template: ${line.invalid.error}`));
      if (line.signalled) {
        signals.get(line.signalled.request)?.(line.signalled);
        signals.delete(line.signalled.request);
      }
      if (line.authenticated) {
        authentications.get(line.authenticated.request)?.(line.authenticated.token ?? undefined);
        authentications.delete(line.authenticated.request);
      }
    };
    createInterface({ input: child.stdout }).on('line', (line) => hear(JSON.parse(line) as Line & Json));
    child.once('error', (cause) => reject(new HeddleError('tool-missing', `${python} does not start`, { cause })));
    child.once('close', (code) => {
      for (const answer of signals.values()) answer(ended);
      signals.clear();
      for (const answer of asked.values()) answer([]);
      asked.clear();
      for (const answer of authentications.values()) answer(undefined);
      authentications.clear();
      reject(
        new HeddleError('unexpected', `Heat's engine ended with exit code ${code} and without a result`, {
          notes: complaints.trim().split('\n').slice(-20),
        }),
      );
    });
  });
}

async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end();
  const patience = setTimeout(() => child.kill('SIGKILL'), endMs);
  await ended;
  clearTimeout(patience);
}
