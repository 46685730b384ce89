import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Json } from '@heddle/core';
import type { AdapterTheme, SceneOutput } from './types.ts';

/** Every kind of JSON that can be written, and text that languages would expand. */
const values: Readonly<Record<string, Json>> = {
  text: 'né 漢字 🦊',
  empty_text: '',
  lines: 'first\n  second\n',
  quotes: `a "b" 'c' \\d`,
  like_code: '${x} {{ 1 + 1 }} <%= 2 %> #{3} $(echo 4) `echo 5` %s',
  like_a_number: '007',
  like_a_word: 'yes',
  number: 42,
  zero: 0,
  fraction: -1.5,
  yes: true,
  no: false,
  list: [1, 'two', [false], {}],
  empty_list: [],
  map: { inner: { list: [{ deep: 'x' }] }, zero: 0 },
};

const names = Object.keys(values);

function each<T>(make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}

/** What goes in comes out, of the same type. */
export function valuesTheme({ runner, test }: AdapterTheme): void {
  runner.describe('values', () => {
    test(
      'every kind of JSON is read as it was written elsewhere, and nothing in it is expanded',
      (directory) => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: each((name) => `\${peer.${name}}`),
              steps: names.map((name) => ({ read: name, file: join(directory, `${name}.json`) })),
            },
          ],
        },
        peer: { outputs: each((): SceneOutput => ({})) },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        await peer.publish(values);
        const { exitCode, stderr, stdout } = await place.agent('reader').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        for (const name of names) assert.deepEqual(await place.json(`${name}.json`), values[name], name);
      },
    );

    test(
      'every kind of JSON is read elsewhere as the role wrote it, and nothing in it is expanded',
      () => ({
        nodes: {
          writer: [
            {
              name: 'write',
              outputs: each((): SceneOutput => ({})),
              steps: Object.entries(values).map(([name, value]) => ({ write: name, value })),
            },
          ],
        },
        peer: { inputs: each((name) => `\${writer.${name}}`) },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const { exitCode, stderr, stdout } = await place.agent('writer').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        for (const name of names) assert.deepEqual((await peer.await(name)).body['value'], values[name], name);
      },
    );

    test(
      'a null from elsewhere is null, and not an absence',
      (directory) => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: { nothing: '${peer.nothing}' },
              steps: [{ read: 'nothing', file: join(directory, 'nothing.json') }],
            },
          ],
        },
        peer: { outputs: { nothing: {} } },
      }),
      async (place) => {
        await place.seed();
        await (await place.peer()).publish({ nothing: null });
        const { exitCode, stderr, stdout } = await place.agent('reader').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal((await place.read('nothing.json'))?.trim(), 'null');
      },
    );
  });
}
