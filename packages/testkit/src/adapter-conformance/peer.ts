import { request } from 'node:http';
import { HeddleError, type Json } from '@heddle/core';
import type { Gate } from './gate.ts';
import type { HeddleProcess } from './heddle-process.ts';

/** What a request to an agent was answered with. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, Json>>;
}

export interface PeerOptions {
  /** Of the agent. */
  readonly socket: string;
  /** Where the role's program waits for the exit code that it ends with. */
  readonly gate: Gate;
  readonly agent: HeddleProcess;
  /** Bound of each request. */
  readonly patienceMs: number;
}

/** The role of the node `peer`, which a test plays: it publishes and awaits over the agent's socket. */
export class Peer {
  readonly #options: PeerOptions;

  constructor(options: PeerOptions) {
    this.#options = options;
  }

  /** Publish outputs; resolves when the store has them. */
  async publish(values: Readonly<Record<string, Json>>): Promise<void> {
    const outputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
    const { status, body } = await this.#post('publish', { outputs });
    if (status !== 200) throw new HeddleError('unexpected', `the peer cannot publish: ${JSON.stringify(body)}`);
  }

  /** Wait for an input; answers with its value, or with the error that the wait ended in. */
  await(input: string): Promise<SocketAnswer> {
    return this.#post('await', { input });
  }

  /** Ask for an input without waiting. */
  async has(input: string): Promise<boolean> {
    const { status, body } = await this.#post('await', { input, wait: false });
    if (status === 200) return true;
    if (status === 409 && (body['error'] as { code?: string } | undefined)?.code === 'missing-value') return false;
    throw new HeddleError('unexpected', `the peer cannot look: ${JSON.stringify(body)}`);
  }

  /** End the role. */
  async end(exitCode: number): Promise<void> {
    await this.#options.gate.open(String(exitCode));
  }

  #post(route: string, body: Json): Promise<SocketAnswer> {
    const { socket, agent, patienceMs } = this.#options;
    const signal = AbortSignal.timeout(patienceMs);
    const answer = new Promise<SocketAnswer>((resolve, reject) => {
      const fail = (cause: Error) => {
        const why = signal.aborted ? ` within ${patienceMs} ms` : `: ${cause.message}`;
        const asked = `${route} ${JSON.stringify(body)}`;
        reject(new Error(`the agent of peer did not answer ${asked}${why}; it printed:\n${agent.output}`, { cause }));
      };
      const path = `/v1/roles/peer/${route}`;
      const asked = request({ socketPath: socket, method: 'POST', path, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () => {
          try {
            const text = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as SocketAnswer['body'] });
          } catch (error) {
            fail(error as Error);
          }
        });
      });
      asked.once('error', fail);
      asked.end(JSON.stringify(body));
    });
    // A test may ask for the answer only later; then it is told.
    answer.catch(() => undefined);
    return answer;
  }
}
