import type { OpenStoreOptions, Store } from '@heddle/core';
import { createTcpProxy, type TcpProxy } from '@heddle/testkit';
import { afterEach } from 'vitest';
import driver from '../../src/index.ts';

const cleanups: (() => Promise<unknown> | void)[] = [];

/** Run after the test, whatever becomes of it; the last registered first. */
export function cleanup(work: () => Promise<unknown> | void): void {
  cleanups.push(work);
}

afterEach(async () => {
  const problems: unknown[] = [];
  for (let work = cleanups.pop(); work; work = cleanups.pop()) {
    try {
      await work();
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, 'cleaning up failed');
});

/** Open a store that is closed after the test. */
export async function open(url: string, options?: OpenStoreOptions): Promise<Store> {
  const store = await driver.open(url, options);
  cleanup(() => store.close());
  return store;
}

/** Start a proxy that is closed after the test; answers it and the same URL through it. */
export async function throughProxy(
  server: { readonly host: string; readonly port: number },
  url: string,
): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const proxy = await createTcpProxy(() => server);
  cleanup(() => proxy.close());
  return { proxy, url: url.replace(/:\d+\//, `:${proxy.port}/`) };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
