import assert from 'node:assert/strict';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterTheme } from './types.ts';

/** A sensitive value is nowhere but where a recipe puts it. */
export function secrets({ runner, test }: AdapterTheme): void {
  runner.describe('secrets', () => {
    test(
      'a secret that a role prints is in no log, no event, no record and no file of the run',
      () => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: { password: '${peer.password}' },
              steps: [{ print: 'password' }, { fail: 'this is the end' }],
            },
          ],
        },
        peer: { outputs: { password: { sensitive: true } } },
      }),
      async (place) => {
        // In two parts, so that no file of the test holds it.
        const secret = ['canary', '7Tq"x9-bird'].join('-');
        await place.seed();
        await (await place.peer()).publish({ password: secret });
        const { stdout, stderr } = await place.agent('reader').end;
        const status = await place.heddle('status', '-o', 'json');
        assert.match(stdout, /this is the end/);
        assert.match((await place.read('nodes/reader/log/read.log')) ?? '', /\*\*\*\*/);
        for (const text of [stdout, stderr, status.stdout, status.stderr]) assertClean(text, secret);
        for (const [file, text] of await filesBelow(place.nodeDirectory('reader'))) assertClean(text, secret, file);
      },
    );
  });
}

/** Plain, and as JSON writes it once or twice: an event is JSON that may hold JSON. */
function assertClean(text: string, secret: string, what = 'the output'): void {
  const once = JSON.stringify(secret).slice(1, -1);
  for (const form of [secret, once, JSON.stringify(once).slice(1, -1)])
    assert.ok(!text.includes(form), `${what} holds the secret`);
}

async function filesBelow(directory: string): Promise<readonly (readonly [string, string])[]> {
  const files: [string, string][] = [];
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    if ((await lstat(path)).isFile()) files.push([name, await readFile(path, 'utf8')]);
  }
  return files;
}
