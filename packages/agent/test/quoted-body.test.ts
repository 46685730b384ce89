import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EventHub } from '../src/events/events.ts';
import { type SocketHost, serveSocket } from '../src/socket/server.ts';

async function answerTo(body: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const socketPath = join(directory, 'agent.sock');
  const host = { deployment: 'test', epoch: '1', node: 'a', events: new EventHub('a'), activeRun: () => undefined };
  onTestFinished(await serveSocket(socketPath, host as unknown as SocketHost, '0'));
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: 'POST', path: '/v1/roles/r/publish' }, async (response) => {
      resolve(`${response.statusCode} ${(await response.toArray()).join('')}`);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

it.each([
  ['{"outputs":{"pw":{"value":{"pw":"hunter22","load":NaN}}}}', "Unexpected token 'N'"],
  ['{"pw":"hunter22"', "Expected ',' or '}' after property value in JSON at position 16"],
  ['hunter22', "Unexpected token 'h'"],
])('a body that is not JSON is refused without a word of it', async (body, fault) => {
  const answer = await answerTo(body);
  expect(answer).toMatch(/^400 /);
  expect(answer).toContain(`the body is not JSON: ${fault}`);
  expect(answer).not.toContain('hunter');
  expect(answer).not.toContain('unter22');
});
