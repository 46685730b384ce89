import type { PutResult, Store } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { rootOf, useServer } from './support/server.ts';
import { startWatch, type Watching } from './support/watching.ts';

const ABSENT = { expect: { absent: true } } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (store: Store, key: string): Promise<string | undefined> => {
  const entry = await store.get([key]);
  return entry && new TextDecoder().decode(entry.value);
};

function revOf(result: PutResult): string {
  if (!result.ok) throw new Error('the write should have been accepted');
  return result.rev;
}

describe('a write whose answer was lost', () => {
  const server = useServer();

  async function start(sessionTimeoutMs?: number) {
    const direct = server.newUrl();
    const way = await server.proxied(direct);
    const options = sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs };
    const [cutOff, observer] = [await server.open(way.url, options), await server.open(direct)];
    const watching = startWatch(observer, []);
    await watching.until((calls) => calls.includes('synced'));
    return { way, cutOff, observer, watching, root: rootOf(direct) };
  }

  const seen = (watching: Watching, call: string) => watching.until((calls) => calls.includes(call));

  it('is confirmed by what it has written, and happened once', async () => {
    const { way, cutOff, observer, watching, root } = await start();
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), ABSENT);
    await seen(watching, 'state a');
    const before = await observer.get(['a']);
    way.heal();
    expect(await put).toEqual({ ok: true, rev: before?.rev });
    expect((await observer.get(['a']))?.rev).toBe(before?.rev);
    expect((await (await server.raw()).children(`${root}/a`))?.length).toBe(2);
  });

  it('is confirmed when it replaced an entry', async () => {
    const { way, cutOff, observer, watching } = await start();
    const old = revOf(await cutOff.put(['a'], bytes('old'), ABSENT));
    await seen(watching, 'state a');
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('new'), { expect: { rev: old } });
    await watching.until((calls) => calls.filter((call) => call === 'state a').length === 2);
    way.heal();
    expect(await put).toMatchObject({ ok: true });
    expect(await textOf(observer, 'a')).toBe('new');
  });

  it('is confirmed when it was a delete', async () => {
    const { way, cutOff, watching, root } = await start();
    const old = revOf(await cutOff.put(['a'], bytes('old'), ABSENT));
    await seen(watching, 'state a');
    way.cutAnswers();
    const removed = cutOff.delete(['a'], { expect: { rev: old } });
    await seen(watching, 'gone a');
    way.heal();
    expect(await removed).toMatchObject({ ok: true });
    expect(await (await server.raw()).exists(`${root}/a`)).toBe(false);
  });

  it('is confirmed when somebody has replaced it since, and when its guard was superseded since', async () => {
    const { way, cutOff, observer, watching } = await start();
    const guard = { key: ['open'], rev: revOf(await observer.put(['open'], bytes('1'), ABSENT)) };
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), { ...ABSENT, guards: [guard] });
    await seen(watching, 'state a');
    const mine = await observer.get(['a']);
    revOf(await observer.put(['a'], bytes('theirs'), { expect: { rev: mine?.rev ?? '' } }));
    revOf(await observer.put(['open'], bytes('2'), { expect: { rev: guard.rev } }));
    way.heal();
    expect(await put).toEqual({ ok: true, rev: mine?.rev });
    expect(await textOf(observer, 'a')).toBe('theirs');
  });

  it('is lost when somebody else has replaced what it expected before it came', async () => {
    const { way, cutOff, observer } = await start();
    const old = revOf(await cutOff.put(['a'], bytes('old'), ABSENT));
    way.cut();
    const put = cutOff.put(['a'], bytes('mine'), { expect: { rev: old } });
    const theirs = revOf(await observer.put(['a'], bytes('theirs'), { expect: { rev: old } }));
    way.heal();
    expect(await put).toMatchObject({ ok: false, current: { rev: theirs } });
  });

  it('is fenced when its guard was superseded before it came', async () => {
    const { way, cutOff, observer } = await start();
    const old = revOf(await cutOff.put(['a'], bytes('old'), ABSENT));
    const guard = { key: ['open'], rev: revOf(await observer.put(['open'], bytes('1'), ABSENT)) };
    way.cut();
    const put = cutOff.put(['a'], bytes('mine'), { expect: { rev: old }, guards: [guard] });
    revOf(await observer.put(['open'], bytes('2'), { expect: { rev: guard.rev } }));
    way.heal();
    await expect(put).rejects.toMatchObject({ code: 'fenced', details: { key: ['a'], guard: ['open'] } });
    expect(await textOf(observer, 'a')).toBe('old');
  });

  it('is ambiguous when others have removed and written the entry since', async () => {
    const { way, cutOff, observer, watching } = await start();
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), ABSENT);
    await seen(watching, 'state a');
    revOf(await observer.delete(['a'], { expect: { rev: (await observer.get(['a']))?.rev ?? '' } }));
    revOf(await observer.put(['a'], bytes('theirs'), ABSENT));
    way.heal();
    await expect(put).rejects.toMatchObject({ code: 'ambiguous', details: { key: ['a'] } });
    expect(await textOf(observer, 'a')).toBe('theirs');
  });

  it('is ambiguous when the time is over before it is settled, and a read is unavailable', async () => {
    const { way, cutOff } = await start();
    way.cut();
    const put = cutOff.put(['a'], bytes('x'), { ...ABSENT, timeoutMs: 300 });
    const get = cutOff.get(['a'], { timeoutMs: 300 });
    await expect(put).rejects.toMatchObject({ code: 'ambiguous', details: { key: ['a'] } });
    await expect(get).rejects.toMatchObject({ code: 'unavailable' });
    way.heal();
    expect(await cutOff.list([])).toEqual([]);
  });

  it('is session-lost when it was a liveness entry and the session has ended since', async () => {
    const { way, cutOff, watching } = await start(600);
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('x'), { ...ABSENT, liveness: true });
    const outcome = expect(put).rejects.toMatchObject({ code: 'session-lost', details: { key: ['a'] } });
    await seen(watching, 'state a');
    await seen(watching, 'gone a');
    way.heal();
    await outcome;
  });

  it('does not let a later write of the same key go first', async () => {
    const { way, cutOff, observer } = await start();
    way.cut();
    const first = cutOff.put(['a'], bytes('first'), ABSENT);
    const second = cutOff.put(['a'], bytes('second'), ABSENT);
    way.heal();
    expect([(await first).ok, (await second).ok]).toEqual([true, false]);
    expect(await textOf(observer, 'a')).toBe('first');
  });
});
