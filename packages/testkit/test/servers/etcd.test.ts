import assert from 'node:assert/strict';
import { type EtcdServer, startEtcd } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { closedAfterwards, lifetimeTests } from './lifetime.ts';

const start = closedAfterwards(startEtcd);

async function ask(server: EtcdServer): Promise<string> {
  return (await fetch(`http://127.0.0.1:${server.port}/health`)).text();
}

describe('an etcd for tests', () => {
  lifetimeTests(start, ask, '{"health":"true"}');

  it('it keeps its data when it was killed', async () => {
    const server = await start();
    await server.control(['put', 'a', 'kept']);
    await server.restart();
    assert.equal(await server.control(['get', 'a', '--print-value-only']), 'kept');
  });

  it('with users only they get in', async () => {
    const server = await start({ users: { root: 'secret', other: 'word' } });
    await server.control(['put', 'a', 'of root']);
    const anybody = await fetch(`http://127.0.0.1:${server.port}/v3/kv/range`, {
      method: 'POST',
      body: JSON.stringify({ key: Buffer.from('a').toString('base64') }),
    });
    assert.match(await anybody.text(), /user name is empty/);
    assert.match(await server.control(['user', 'list']), /other/);
  });

  it('users without root are refused', async () => {
    await assert.rejects(start({ users: { other: 'word' } }), { code: 'config-invalid' });
  });
});
