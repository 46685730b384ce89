import { request } from 'node:http';
import { HeddleError, type Json } from '@heddle/core';
import type { Gate } from './gate.ts';

/** What a request to an agent was answered with. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, Json>>;
}

/** The role of the node `peer`, which a test plays: it publishes and awaits over the agent's socket. */
export class Peer {
  readonly #socket: string;
  readonly #gate: Gate;

  /** @param gate  Where the role's program waits for the exit code that it ends with. */
  constructor(socket: string, gate: Gate) {
    this.#socket = socket;
    this.#gate = gate;
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
    if (status === 409) return false;
    throw new HeddleError('unexpected', `the peer cannot look: ${JSON.stringify(body)}`);
  }

  /** End the role. */
  async end(exitCode: number): Promise<void> {
    await this.#gate.open(String(exitCode));
  }

  #post(route: string, body: Json): Promise<SocketAnswer> {
    return new Promise((resolve, reject) => {
      const path = `/v1/roles/peer/${route}`;
      const asked = request({ socketPath: this.#socket, method: 'POST', path }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as SocketAnswer['body'] });
        });
      });
      asked.once('error', reject);
      asked.end(JSON.stringify(body));
    });
  }
}
