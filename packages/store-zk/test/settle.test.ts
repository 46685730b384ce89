import type { Store } from '@heddle/core';
import { accepted, bytes, recordWatch, textOf } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { rootOf, useServer } from './support/server.ts';

const ABSENT = { expect: { absent: true } } as const;
const textAt = async (store: Store, key: string): Promise<string | undefined> => textOf(await store.get([key]));

describe('a write whose answer was lost', () => {
  const server = useServer();

  async function start(sessionTimeoutMs?: number) {
    const direct = server.newUrl();
    const way = await server.proxied(direct);
    const options = sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs };
    const [cutOff, observer] = [await server.open(way.url, options), await server.open(direct)];
    const recorder = recordWatch(observer, []);
    await recorder.told('synced');
    return { way, cutOff, observer, recorder, root: rootOf(direct) };
  }

  it('is confirmed by what it has written, and happened once', async () => {
    const { way, cutOff, observer, recorder, root } = await start();
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), ABSENT);
    await recorder.told('state a=mine');
    const before = await observer.get(['a']);
    way.heal();
    expect(await put).toEqual({ ok: true, rev: before?.rev });
    expect((await observer.get(['a']))?.rev).toBe(before?.rev);
    expect((await (await server.raw()).children(`${root}/a`))?.length).toBe(2);
  });

  it('is confirmed when it replaced an entry', async () => {
    const { way, cutOff, observer, recorder } = await start();
    const old = accepted(await cutOff.put(['a'], bytes('old'), ABSENT));
    await recorder.told('state a=old');
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('new'), { expect: { rev: old } });
    await recorder.told('state a=new');
    way.heal();
    expect(await put).toMatchObject({ ok: true });
    expect(await textAt(observer, 'a')).toBe('new');
  });

  it('is confirmed when it was a delete', async () => {
    const { way, cutOff, recorder, root } = await start();
    const old = accepted(await cutOff.put(['a'], bytes('old'), ABSENT));
    await recorder.told('state a=old');
    way.cutAnswers();
    const removed = cutOff.delete(['a'], { expect: { rev: old } });
    await recorder.told('gone a');
    way.heal();
    expect(await removed).toMatchObject({ ok: true });
    await cutOff.close();
    expect(await (await server.raw()).exists(`${root}/a`)).toBe(false);
  });

  it('is confirmed when somebody has replaced it since, and when its guard was superseded since', async () => {
    const { way, cutOff, observer, recorder } = await start();
    const guard = { key: ['open'], rev: accepted(await observer.put(['open'], bytes('1'), ABSENT)) };
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), { ...ABSENT, guards: [guard] });
    await recorder.told('state a=mine');
    const mine = await observer.get(['a']);
    accepted(await observer.put(['a'], bytes('theirs'), { expect: { rev: mine?.rev ?? '' } }));
    accepted(await observer.put(['open'], bytes('2'), { expect: { rev: guard.rev } }));
    way.heal();
    expect(await put).toEqual({ ok: true, rev: mine?.rev });
    expect(await textAt(observer, 'a')).toBe('theirs');
  });

  it('is lost when somebody else has replaced what it expected before it came', async () => {
    const { way, cutOff, observer } = await start();
    const old = accepted(await cutOff.put(['a'], bytes('old'), ABSENT));
    way.cut();
    const put = cutOff.put(['a'], bytes('mine'), { expect: { rev: old } });
    const theirs = accepted(await observer.put(['a'], bytes('theirs'), { expect: { rev: old } }));
    way.heal();
    expect(await put).toMatchObject({ ok: false, current: { rev: theirs } });
  });

  it('is fenced when its guard was superseded before it came', async () => {
    const { way, cutOff, observer } = await start();
    const old = accepted(await cutOff.put(['a'], bytes('old'), ABSENT));
    const guard = { key: ['open'], rev: accepted(await observer.put(['open'], bytes('1'), ABSENT)) };
    way.cut();
    const put = cutOff.put(['a'], bytes('mine'), { expect: { rev: old }, guards: [guard] });
    accepted(await observer.put(['open'], bytes('2'), { expect: { rev: guard.rev } }));
    way.heal();
    await expect(put).rejects.toMatchObject({ code: 'fenced', details: { key: ['a'], guard: ['open'] } });
    expect(await textAt(observer, 'a')).toBe('old');
  });

  it('is ambiguous when others have removed and written the entry since', async () => {
    const { way, cutOff, observer, recorder } = await start();
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), ABSENT);
    await recorder.told('state a=mine');
    accepted(await observer.delete(['a'], { expect: { rev: (await observer.get(['a']))?.rev ?? '' } }));
    accepted(await observer.put(['a'], bytes('theirs'), ABSENT));
    way.heal();
    await expect(put).rejects.toMatchObject({ code: 'ambiguous', details: { key: ['a'] } });
    expect(await textAt(observer, 'a')).toBe('theirs');
  });

  it('does not happen once more when others have removed the entry since', async () => {
    const { way, cutOff, observer, recorder } = await start();
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('mine'), ABSENT);
    const outcome = expect(put).rejects.toMatchObject({ code: 'ambiguous', details: { key: ['a'] } });
    await recorder.told('state a=mine');
    accepted(await observer.delete(['a'], { expect: { rev: (await observer.get(['a']))?.rev ?? '' } }));
    way.heal();
    await outcome;
    expect(await textAt(observer, 'a')).toBeUndefined();
  });

  it('is made again when it expects an absent entry and was never taken, whatever changed elsewhere', async () => {
    const { way, cutOff, observer } = await start();
    accepted(await cutOff.put(['a', 'first'], bytes('x'), ABSENT));
    way.cut();
    const put = cutOff.put(['a', 'second'], bytes('new'), ABSENT);
    accepted(await observer.put(['elsewhere'], bytes('x'), ABSENT));
    way.heal();
    expect(await put).toMatchObject({ ok: true });
    expect(textOf(await observer.get(['a', 'second']))).toBe('new');
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
    const { way, cutOff, recorder } = await start(600);
    way.cutAnswers();
    const put = cutOff.put(['a'], bytes('x'), { ...ABSENT, liveness: true });
    const outcome = expect(put).rejects.toMatchObject({ code: 'session-lost', details: { key: ['a'] } });
    await recorder.told('state a=x');
    await recorder.told('gone a');
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
    expect(await textAt(observer, 'a')).toBe('first');
  });
});
