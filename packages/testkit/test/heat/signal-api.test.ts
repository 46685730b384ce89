import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Signal } from '../../src/heat/index.ts';
import { signalApi } from '../../src/heat/signal-api.ts';

const path = '/v1/project/stacks/shop/stack-id/resources/a%20handle/signal';

/** Serve the API; gives a function that sends a request, and what got through. */
async function serve() {
  const signals: Signal[] = [];
  const server = createServer(
    signalApi(async (signal) => {
      signals.push(signal);
      return signal.token === 'right' ? { status: 200, error: null } : { status: 401, error: 'wrong token' };
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const send = async (where: string, init: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${port}${where}`, init);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { send, signals };
}

describe("the stand-in for Heat's API", () => {
  it('hands a signal over with its stack, its handle, its token and its body', async () => {
    const { send, signals } = await serve();
    const headers = { 'X-Auth-Token': 'right' };
    expect(await send(path, { method: 'POST', headers, body: '{"status": "SUCCESS"}' })).toEqual({
      status: 200,
      body: null,
    });
    expect(await send(path, { method: 'POST', headers })).toEqual({ status: 200, body: null });
    const common = { stackId: 'stack-id', resource: 'a handle', token: 'right' };
    expect(signals).toEqual([
      { ...common, details: { status: 'SUCCESS' } },
      { ...common, details: {} },
    ]);
  });

  it('passes the answer of Heat on, so that curl --fail fails', async () => {
    const { send } = await serve();
    expect(await send(path, { method: 'POST', body: '{}' })).toEqual({
      status: 401,
      body: { code: 401, error: { message: 'wrong token' } },
    });
  });

  it('takes the signature of a signed URL for the token', async () => {
    const { send, signals } = await serve();
    const url = '/v1/waitcondition/arn%3Aopenstack%3Aheat%3A%3Aproject%3Astacks/shop/stack-id/resources/a%20handle';
    const init = { method: 'PUT', body: '{"Status": "SUCCESS"}' };
    expect((await send(`${url}?AWSAccessKeyId=key&Signature=right`, init)).status).toBe(200);
    expect((await send(url, init)).status).toBe(401);
    const common = { stackId: 'stack-id', resource: 'a handle', details: { Status: 'SUCCESS' } };
    expect(signals).toEqual([
      { ...common, token: 'right' },
      { ...common, token: null },
    ]);
  });

  it.each([
    ['another path', '/v1/project/stacks', { method: 'POST' }, 404],
    ['another method', path, { method: 'GET' }, 405],
    ['a body that is no JSON', path, { method: 'POST', body: '{' }, 400],
    ['a body without end', path, { method: 'POST', body: 'x'.repeat(600_000) }, 413],
  ])('refuses %s and hands nothing over', async (_what, where, init, status) => {
    const { send, signals } = await serve();
    expect((await send(where, init)).status).toBe(status);
    expect(signals).toEqual([]);
  });
});
