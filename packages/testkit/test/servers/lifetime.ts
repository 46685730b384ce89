import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestServer, TestServerOptions } from '@heddle/testkit';
import { it, onTestFinished } from 'vitest';

/** Start servers that are closed after the test. */
export function closedAfterwards<T extends TestServer, O extends TestServerOptions>(
  start: (options?: O) => Promise<T>,
): (options?: O) => Promise<T> {
  return async (options) => {
    const server = await start(options);
    onTestFinished(() => server.close());
    return server;
  };
}

/**
 * Define what holds for every kind of server.
 *
 * @param ask  Asks the server something that it answers with `answer`, and rejects when nobody is there.
 */
export function lifetimeTests<T extends TestServer>(
  start: (options?: TestServerOptions) => Promise<T>,
  ask: (server: T) => Promise<string>,
  answer: string,
): void {
  it('it serves when the start resolves, also after it was killed and started again', async () => {
    const server = await start();
    assert.equal(await ask(server), answer);
    await server.kill();
    await assert.rejects(ask(server));
    await server.start();
    assert.equal(await ask(server), answer);
  });

  it('a stopped one answers nothing until it is started again', async () => {
    const server = await start();
    await server.stop();
    const question = ask(server);
    const early = await Promise.race([question, new Promise((resolve) => setImmediate(() => resolve('silence')))]);
    assert.equal(early, 'silence');
    await server.start();
    assert.equal(await question, answer);
  });

  it('its directory goes with it, one that the caller named stays', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'heddle-server-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const server = await start({ directory });
    await server.close();
    assert.ok(existsSync(join(directory, 'data')));
  });
}
