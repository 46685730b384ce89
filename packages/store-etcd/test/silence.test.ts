import assert from 'node:assert/strict';
import { bytes, recordWatch } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { freshUrl, open, throughProxy, useEtcd } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;
/** Sooner than gRPC lets go of a silent socket, which it does after 15 s: what is waited for here is this package's own work. */
const PATIENT_MS = 12_000;

describe('a connection that gets no answers any more', () => {
  const server = useEtcd();

  it('is not the one that another store gets, to the same server', async () => {
    const { proxy, url } = await throughProxy(server(), freshUrl(server()));
    await open(url, { sessionTimeoutMs: 60_000 });
    // The present connections fall silent; new ones do not.
    proxy.cutReplies();
    const other = await open(url, { connectTimeoutMs: PATIENT_MS });
    assert.equal(await other.get(['a']), undefined);
  });

  it('is told before its session has ended', async () => {
    const url = freshUrl(server());
    const through = await throughProxy(server(), url);
    const [member, observer] = [await open(through.url, { sessionTimeoutMs: 9000 }), await open(url)];
    const [own, other] = [recordWatch(member, ['m']), recordWatch(observer, ['m'])];
    await member.put(['m', 'alive'], bytes('x'), { ...ABSENT, liveness: true });
    await Promise.all([own, other].map((recorder) => recorder.told('state m/alive=x')));
    through.proxy.cut();
    await other.told('gone m/alive');
    assert.ok(own.calls.includes('status down'));
  });

  it('is given up for the next member, also when it never had any', async () => {
    const url = freshUrl(server());
    const [good, silent] = [await throughProxy(server(), url), await throughProxy(server(), url)];
    silent.proxy.cut();
    const hosts = [good, silent].map(({ proxy }) => `127.0.0.1:${proxy.port}`).join(',');
    const store = await open(`etcd://${hosts}${new URL(url).pathname}`, { connectTimeoutMs: PATIENT_MS });
    // After the one that is in use it is the turn of the other.
    good.proxy.heal();
    assert.equal(await store.get(['a'], { timeoutMs: PATIENT_MS }), undefined);
  });
});
