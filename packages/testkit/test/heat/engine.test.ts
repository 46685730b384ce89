import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeatEngine, type ServerRequest, startHeat } from '../../src/heat/index.ts';
import { serverWithWait, template, text } from './support.ts';

const stack = {
  stackName: 'shop',
  heatUrl: 'http://heat.test:8004/v1',
  template: template(serverWithWait('db', text({ get_attr: ['db_handle', 'curl_cli'] }))),
};

/** An engine that has asked for its server, with what the server was told: where and with which token to signal. */
async function engineWithServer(): Promise<{
  engine: HeatEngine;
  server: ServerRequest;
  stackId: string;
  token: string;
}> {
  let engine: HeatEngine | undefined;
  const server = await new Promise<ServerRequest>((resolve) => {
    engine = startHeat({ ...stack, onServer: resolve });
  });
  if (engine === undefined) throw new Error('no engine');
  onTestFinished(() => engine?.close());
  const [, stackId = ''] = /\/stacks\/shop\/([^/]+)\//.exec(server.userData) ?? [];
  const [, token = ''] = /X-Auth-Token: (\w+)/.exec(server.userData) ?? [];
  return { engine, server, stackId, token };
}

describe("Heat's engine", () => {
  it('refuses a signal that it does not understand, one with a wrong token and one for nobody, and goes on', async () => {
    const { engine, server, stackId, token } = await engineWithServer();
    engine.report({ id: server.id, status: 'ACTIVE', address: '10.77.0.11' });
    const signal = (change: object) =>
      engine.signal({ stackId, resource: 'db_handle', token, details: { status: 'SUCCESS', id: 'db' }, ...change });
    expect(await signal({ details: { status: 'FINE' } })).toMatchObject({ status: 400, error: /format invalid/ });
    expect(await signal({ token: 'x' })).toMatchObject({ status: 401 });
    expect(await signal({ token: null })).toMatchObject({ status: 401 });
    expect(await signal({ resource: 'nobody' })).toMatchObject({ status: 404 });
    expect(await signal({ stackId: 'another' })).toMatchObject({ status: 404 });
    expect(await signal({})).toEqual({ request: 6, status: 200, error: null });
    expect(await engine.result).toMatchObject({ state: 'CREATE_COMPLETE' });
  });

  it('takes the second signal with the same id for the last word', async () => {
    const { engine, server, stackId, token } = await engineWithServer();
    const signal = (details: { status: string; reason: string }) =>
      engine.signal({ stackId, resource: 'db_handle', token, details: { ...details, id: 'db' } });
    await signal({ status: 'FAILURE', reason: 'too early' });
    await signal({ status: 'SUCCESS', reason: 'well now' });
    engine.report({ id: server.id, status: 'ACTIVE', address: '10.77.0.11' });
    expect(await engine.result).toMatchObject({ state: 'CREATE_COMPLETE' });
  });

  it('fails the stack when Nova reports an error', async () => {
    const { engine, server } = await engineWithServer();
    engine.report({ id: server.id, status: 'ERROR', fault: 'no host has room' });
    const result = await engine.result;
    expect(result.state).toBe('CREATE_FAILED');
    expect(result.reason).toContain('no host has room');
  });

  it('answers nobody any more once it is closed', async () => {
    const { engine, stackId, token } = await engineWithServer();
    await engine.close();
    await expect(engine.result).rejects.toThrow(/without a result/);
    const answer = await engine.signal({ stackId, resource: 'db_handle', token, details: {} });
    expect(answer.status).toBe(503);
  });

  it('ends with the process that started it', async () => {
    const module = pathToFileURL(fileURLToPath(new URL('../../dist/heat/index.js', import.meta.url))).href;
    const script = `
      const { startHeat } = await import(${JSON.stringify(module)});
      const engine = startHeat({ ...${JSON.stringify(stack)}, onServer: () => console.log(engine.pid) });
      await engine.result;`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    expect(existsSync(`/proc/${line}`)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    while (existsSync(`/proc/${line}`)) await new Promise((resolve) => setImmediate(resolve));
  });
});
