import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { recordWatch, startEtcdCluster } from '@heddle/testkit';
import { describe, it, onTestFinished } from 'vitest';
import { open } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;
const LONG = { timeoutMs: 60_000 } as const;

describe('a cluster of three members', () => {
  it('keeps sessions and loses no write when its leader is killed', async () => {
    const cluster = await startEtcdCluster();
    onTestFinished(() => cluster.close());
    const hosts = cluster.servers.map(({ host, port }) => `${host}:${port}`).join(',');
    const url = `etcd://${hosts}/${randomUUID()}`;
    const [member, writer] = [
      await open(url, { sessionTimeoutMs: 60_000 }),
      await open(url, { sessionTimeoutMs: 60_000 }),
    ];
    const alive = await member.put(['alive'], new Uint8Array(), { ...ABSENT, liveness: true });
    const recorder = recordWatch(member, []);
    await recorder.told('synced');
    let rev = '';
    const count = async (from: number, to: number): Promise<void> => {
      for (let value = from; value <= to; value += 1) {
        const expectation = value === 0 ? ABSENT : { expect: { rev } };
        const put = await writer.put(['count'], Uint8Array.from([value]), { ...expectation, ...LONG });
        assert.ok(put.ok, `the write of ${value} was taken for somebody else's`);
        rev = put.rev;
      }
    };
    await count(0, 50);
    const counting = count(51, 200);
    await (await cluster.leader()).kill();
    await counting;
    assert.deepEqual([...((await member.get(['count'], LONG))?.value ?? [])], [200]);
    assert.equal((await writer.get(['alive'], LONG))?.rev, alive.ok && alive.rev);
    assert.equal(recorder.count('status session-lost'), 0);
  });
});
