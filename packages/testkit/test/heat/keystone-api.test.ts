import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keystoneApi } from '../../src/heat/keystone-api.ts';

const known = { user: 'u', password: 'p"w', project: 'x' };

/** Serve the API, which gives the known user a token; gives a function that asks for one. */
async function serve() {
  const server = createServer(
    keystoneApi(async (credentials) => (JSON.stringify(credentials) === JSON.stringify(known) ? 'a-token' : undefined)),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return async (body: string, path = '/v3/auth/tokens') => {
    const { status, headers } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body });
    return { status, token: headers.get('x-subject-token') };
  };
}

function request({ user, password, project }: typeof known): string {
  const identity = { methods: ['password'], password: { user: { id: user, password } } };
  return JSON.stringify({ auth: { identity, scope: { project: { id: project } } } });
}

describe("the stand-in for Keystone's API", () => {
  it('gives a token to a user who is known, and to nobody else', async () => {
    const ask = await serve();
    expect(await ask(request(known))).toEqual({ status: 201, token: 'a-token' });
    for (const change of [{ user: 'v' }, { password: '' }, { project: 'y' }]) {
      expect(await ask(request({ ...known, ...change }))).toEqual({ status: 401, token: null });
    }
  });

  it('says that it does not understand a request, or does not know a path', async () => {
    const ask = await serve();
    for (const body of ['', '{', 'null', '{"auth": {}}']) expect((await ask(body)).status, body).toBe(400);
    expect((await ask(request(known), '/v2.0/tokens')).status).toBe(404);
  });
});
