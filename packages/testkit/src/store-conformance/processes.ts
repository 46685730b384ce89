import assert from 'node:assert/strict';
import { runChild } from './child.ts';
import type { Theme } from './types.ts';

/** What a store does to the process that it is in. */
export function processes({ runner, knobs, test }: Theme): void {
  if (!knobs.hasChild) return;
  const { patienceMs } = knobs;
  runner.describe('processes', () => {
    test('a proxy for downloads in the environment is not the way to the store', async (backend) => {
      await backend.open();
      const nowhere = 'http://127.0.0.1:9';
      const child = runChild(
        backend,
        `const store = await driver.open(url);
         await store.put(['a'], new Uint8Array(1), { expect: { absent: true } });
         await store.close();`,
        { http_proxy: nowhere, HTTP_PROXY: nowhere, https_proxy: nowhere, all_proxy: nowhere, no_proxy: '' },
      );
      try {
        assert.deepEqual(await child.ended(patienceMs), { code: 0, output: '' });
      } finally {
        await child.kill();
      }
    });

    test('an open that is given up lets the process end', async (backend) => {
      await backend.open();
      const child = runChild(
        backend,
        `const giveUp = new AbortController();
         const opening = driver.open(url, { signal: giveUp.signal });
         giveUp.abort();
         const code = await opening.then((store) => store.close(), (error) => error.code);
         if (code !== undefined && code !== 'interrupted') throw new Error(code);`,
      );
      try {
        assert.deepEqual(await child.ended(patienceMs), { code: 0, output: '' });
      } finally {
        await child.kill();
      }
    });

    test('a handler that throws ends the process: it is a fault in Heddle, and nothing goes on as if it were none', async (backend) => {
      await backend.open();
      const child = runChild(
        backend,
        `const store = await driver.open(url);
         store.watch([], { state() {}, gone() {}, synced() { throw new Error('thrown by the handler'); }, status() {}, failed() {} });`,
      );
      try {
        const { code, output } = await child.ended(patienceMs);
        assert.notEqual(code, 0);
        assert.match(output, /thrown by the handler/);
      } finally {
        await child.kill();
      }
    });
  });
}
