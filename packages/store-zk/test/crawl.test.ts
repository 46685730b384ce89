import type { Entry } from '@heddle/core';
import { accepted, bytes, textOf } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../src/link.ts';
import { startCrawl } from '../src/watch/crawl.ts';
import { rootOf, useServer } from './support/server.ts';

const ABSENT = { expect: { absent: true } } as const;

describe('what a watch of one key asks the server for', () => {
  const server = useServer();

  /** A store to write with, and a crawl of the key `a` through a link that notes what is asked. */
  async function start(around: (link: Link) => Partial<Link> = () => ({})) {
    const url = server.newUrl();
    const store = await server.open(url);
    const link = await server.raw();
    const root = rootOf(url);
    const asked: string[] = [];
    const note = <T>(what: string, path: string, ask: () => Promise<T>): Promise<T> => {
      asked.push(`${what} ${path.slice(root.length)}`);
      return ask();
    };
    const inner = { ...link, ...around(link) };
    const observed: Link = {
      ...link,
      data: (path) => note('data', path, () => inner.data(path)),
      children: (path, changed) => note('children', path, () => inner.children(path, changed)),
      exists: (path, changed) => note('exists', path, () => inner.exists(path, changed)),
    };
    const states: (string | undefined)[] = [];
    let latest: Entry | undefined;
    let wake = (): void => undefined;
    const follow = (onState: () => void = () => undefined): Promise<void> =>
      new Promise((resolve, reject) => {
        const crawl = startCrawl({
          link: observed,
          root,
          prefix: ['a'],
          needsBarrier: false,
          barrierPath: '/',
          knownRev: () => latest?.rev,
          state(_path, entry) {
            if (entry.rev === latest?.rev) return;
            latest = entry;
            states.push(textOf(entry));
            onState();
            wake();
          },
          gone: () => undefined,
          synced: resolve,
          failed: reject,
        });
        onTestFinished(() => crawl.close());
        stop = () => crawl.close();
      });
    let stop = (): void => undefined;
    const until = (text: string): Promise<void> =>
      new Promise((resolve) => {
        wake = () => (states.includes(text) ? resolve() : undefined);
        wake();
      });
    return { store, asked, states, follow, until, stop: () => stop() };
  }

  it('is the record alone when the value comes that was waited for, if the watch ends with it', async () => {
    const { store, asked, follow, until, stop } = await start();
    await follow(() => stop());
    asked.length = 0;
    await store.put(['a'], bytes('come'), ABSENT);
    await until('come');
    // Whatever else is asked for comes in the next turn.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(asked).toEqual(['data /a/~']);
  });

  it('is the record together with the names when a value is replaced', async () => {
    const { store, asked, follow, until } = await start();
    const rev = accepted(await store.put(['a'], bytes('one'), ABSENT));
    await follow();
    asked.length = 0;
    await store.put(['a'], bytes('two'), { expect: { rev } });
    await until('two');
    expect(asked).toEqual(['data /a/~', 'children /a']);
  });

  it('is the record once more when it was replaced before the watch was set', async () => {
    let replace: (() => Promise<unknown>) | undefined;
    const { store, states, follow, until } = await start(({ children }) => ({
      async children(path, changed) {
        const now = replace;
        replace = undefined;
        await now?.();
        return children(path, changed);
      },
    }));
    await follow();
    replace = async () => {
      const rev = (await store.get(['a']))?.rev ?? '';
      return store.put(['a'], bytes('two'), { expect: { rev } });
    };
    await store.put(['a'], bytes('one'), ABSENT);
    await until('two');
    expect(states).toEqual(['one', 'two']);
  });
});
