import assert from 'node:assert/strict';
import type { Key, PutResult, Store } from '@heddle/core';
import { bytes, recordWatch, type TcpProxy } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { freshUrl, open, throughProxy, useEtcd } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;
const PATIENT = { timeoutMs: 60_000 };

interface Situation {
  /** Loses its replies. */
  readonly store: Store;
  readonly other: Store;
  readonly proxy: TcpProxy;
  /** Put on `store`, whose reply is lost; resolves when the server has done it and nothing gets through any more. */
  putWithoutReply(text: string, options: Parameters<Store['put']>[2]): Promise<{ readonly result: Promise<PutResult> }>;
  /** The revision of the key now. */
  rev(key?: Key): Promise<string>;
  overwrite(text: string): Promise<void>;
}

/** Two clients, one of them behind a proxy, and the key `k`. */
async function situation(server: { url: string; host: string; port: number }): Promise<Situation> {
  const url = freshUrl(server);
  const other = await open(url);
  const through = await throughProxy(server, url);
  const { proxy } = through;
  const store = await open(through.url, { sessionTimeoutMs: 2000 });
  const rev = async (key: Key = ['k']): Promise<string> => (await other.get(key))?.rev ?? assert.fail('absent');
  return {
    store,
    other,
    proxy,
    rev,
    async putWithoutReply(text, options) {
      const recorder = recordWatch(other, ['k']);
      proxy.cutReplies();
      const result = store.put(['k'], bytes(text), { ...options, ...PATIENT });
      // Whoever waits for it later sees a rejection; until then it is none of Node's business.
      result.catch(() => undefined);
      await recorder.until('the write', ({ view }) => view.get('k') === text);
      proxy.cut();
      return { result };
    },
    async overwrite(text) {
      const result = await other.put(['k'], bytes(text), { expect: { rev: await rev() } });
      assert.equal(result.ok, true);
    },
  };
}

describe('a write whose reply is lost', () => {
  const server = useEtcd();

  it('has happened once, and is confirmed with its revision', async () => {
    const { proxy, putWithoutReply, rev } = await situation(server());
    const { result } = await putWithoutReply('mine', ABSENT);
    const written = await rev();
    proxy.heal();
    assert.deepEqual(await result, { ok: true, rev: written });
    assert.equal(await rev(), written);
  });

  it('is confirmed also when others have overwritten it since', async () => {
    const { proxy, putWithoutReply, rev, overwrite } = await situation(server());
    const { result } = await putWithoutReply('mine', ABSENT);
    const written = await rev();
    await overwrite('theirs');
    await overwrite('theirs again');
    proxy.heal();
    assert.deepEqual(await result, { ok: true, rev: written });
  });

  it('is confirmed also as a change that was overwritten, or removed', async () => {
    for (const isRemoved of [false, true]) {
      const { store, other, proxy, putWithoutReply, rev, overwrite } = await situation(server());
      await store.put(['k'], bytes('first'), ABSENT);
      const { result } = await putWithoutReply('mine', { expect: { rev: await rev() } });
      const written = await rev();
      if (isRemoved) await other.delete(['k'], { expect: { rev: written } });
      else await overwrite('theirs');
      proxy.heal();
      assert.deepEqual(await result, { ok: true, rev: written });
    }
  });

  it('is confirmed also when its guard does not hold any more', async () => {
    const { other, proxy, putWithoutReply, rev, overwrite } = await situation(server());
    await other.put(['guard'], bytes('1'), ABSENT);
    const guard = { key: ['guard'], rev: await rev(['guard']) };
    const { result } = await putWithoutReply('mine', { ...ABSENT, guards: [guard] });
    const written = await rev();
    await other.put(['guard'], bytes('2'), { expect: { rev: guard.rev } });
    await overwrite('theirs');
    proxy.heal();
    assert.deepEqual(await result, { ok: true, rev: written });
  });

  it('is ambiguous when the server has dropped the history that would tell', async () => {
    const { proxy, putWithoutReply, rev, overwrite } = await situation(server());
    const { result } = await putWithoutReply('mine', ABSENT);
    await overwrite('theirs');
    await server().control(['compaction', (await rev()).split(':')[1] ?? '']);
    proxy.heal();
    await assert.rejects(result, { code: 'ambiguous', message: /compacted the history/ });
  });

  it('is ambiguous as a delete when the entry is gone: it does not say who removed it', async () => {
    const { store, other, proxy, rev } = await situation(server());
    await store.put(['k'], bytes('x'), ABSENT);
    const recorder = recordWatch(other, ['k']);
    await recorder.until('the entry', ({ view }) => view.has('k'));
    const expect = { rev: await rev() };
    proxy.cutReplies();
    const result = store.delete(['k'], { expect, ...PATIENT });
    result.catch(() => undefined);
    await recorder.told('gone k');
    await assert.rejects(result, { code: 'ambiguous' });
  });
});

describe('a write that did not reach the server', () => {
  const server = useEtcd();

  it('is done when the server can be reached again', async () => {
    const { store, other, proxy, rev } = await situation(server());
    proxy.cut();
    const result = store.put(['k'], bytes('mine'), { ...ABSENT, ...PATIENT });
    await other.get(['k']);
    proxy.heal();
    const done = await result;
    assert.deepEqual(done, { ok: true, rev: await rev() });
  });

  it('has lost when another client wrote meanwhile, to an absent entry and to a revision', async () => {
    for (const isThere of [false, true]) {
      const { store, other, proxy, rev } = await situation(server());
      if (isThere) await store.put(['k'], bytes('first'), ABSENT);
      const options = isThere ? { expect: { rev: await rev() } } : ABSENT;
      proxy.cut();
      const result = store.put(['k'], bytes('mine'), { ...options, ...PATIENT });
      await other.put(['k'], bytes('theirs'), options);
      proxy.heal();
      const lost = await result;
      assert.equal(lost.ok, false);
      assert.equal(Buffer.from((!lost.ok && lost.current?.value) || []).toString(), 'theirs');
    }
  });

  it('is fenced when its guard was rewritten meanwhile, and changes nothing', async () => {
    const { store, other, proxy, rev } = await situation(server());
    await other.put(['guard'], bytes('1'), ABSENT);
    const guard = { key: ['guard'], rev: await rev(['guard']) };
    proxy.cut();
    const result = store.put(['k'], bytes('mine'), { ...ABSENT, guards: [guard], ...PATIENT });
    await other.put(['guard'], bytes('2'), { expect: { rev: guard.rev } });
    proxy.heal();
    await assert.rejects(result, { code: 'fenced' });
    assert.equal(await other.get(['k']), undefined);
  });
});
