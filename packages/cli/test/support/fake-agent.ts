import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';

/** What a client sent. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** An agent's socket that answers as a test says. */
export class FakeAgent {
  readonly received: Received[] = [];
  /** Resolves when a client has hung up without an answer. */
  readonly hungUp: Promise<void>;
  readonly #server: Server;
  #asked: () => void = () => undefined;
  /** Resolves with the first request. */
  readonly asked = new Promise<void>((resolve) => {
    this.#asked = resolve;
  });

  private constructor(answer: (response: ServerResponse, request: Received) => void) {
    let leave: () => void = () => undefined;
    this.hungUp = new Promise((resolve) => {
      leave = resolve;
    });
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        const { method, url, headers } = request;
        const received = { method, url, headers, body: JSON.parse(text) as unknown };
        this.received.push(received);
        this.#asked();
        answer(response, received);
      });
      response.once('close', () => {
        if (!response.writableFinished) leave();
      });
    });
  }

  static async listen(path: string, answer: (response: ServerResponse, request: Received) => void): Promise<FakeAgent> {
    const agent = new FakeAgent(answer);
    agent.#server.listen(path);
    await once(agent.#server, 'listening');
    return agent;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An answer with a JSON body. */
export function answerJson(body: unknown, status = 200) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
}
