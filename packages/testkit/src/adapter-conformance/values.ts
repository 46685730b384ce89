import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Json } from '@heddle/core';
import type { AdapterTheme, SceneOutput } from './types.ts';

/** Texts that languages would expand or take for something else, and what holds other values. */
const texts: Readonly<Record<string, Json>> = {
  text: 'né 漢字 🦊',
  empty_text: '',
  lines: 'first\n  second\n',
  quotes: `a "b" 'c' \\d`,
  like_code: '${x} {{ 1 + 1 }} <%= 2 %> #{3} $(echo 4) `echo 5` %s',
  like_a_number: '007',
  like_a_word: 'yes',
  list: [1, 'two', [false, null], {}],
  empty_list: [],
  map: { inner: { list: [{ deep: 'x' }] }, zero: 0, truth: true },
};

const scalars: Readonly<Record<string, Json>> = {
  number: 42,
  zero: 0,
  fraction: -1.5,
  truth: true,
  falsehood: false,
  nothing: null,
};

const { nothing: _nothing, ...writtenScalars } = scalars;
/** A null that is written is an absence to some tools. */
const written: Readonly<Record<string, Json>> = { ...texts, ...writtenScalars };

function each<T>(values: Readonly<Record<string, Json>>, make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, make(name)]));
}

/** What goes in comes out, of the same type. */
export function valuesTheme({ runner, knobs, test }: AdapterTheme): void {
  const readTest = (title: string, values: Readonly<Record<string, Json>>) =>
    test(
      title,
      (directory) => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: each(values, (name) => `\${peer.${name}}`),
              steps: Object.keys(values).map((name) => ({ read: name, file: join(directory, `${name}.json`) })),
            },
          ],
        },
        peer: { outputs: each(values, (): SceneOutput => ({})) },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        await peer.publish(values);
        const { exitCode, stderr, stdout } = await place.agent('reader').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        for (const [name, value] of Object.entries(values)) {
          const text = await place.read(`${name}.json`);
          assert.deepEqual(JSON.parse(text ?? '"no file"'), value, name);
        }
      },
    );

  runner.describe('values', () => {
    readTest('texts, lists and maps are read as they were written elsewhere, and nothing in them is expanded', texts);
    if (!knobs.readsScalarsAsText)
      readTest('numbers, true, false and null are read as they were written elsewhere, and are no texts', scalars);

    test(
      'every kind of JSON is read elsewhere as the role wrote it, and nothing in it is expanded',
      () => ({
        nodes: {
          writer: [
            {
              name: 'write',
              outputs: each(written, (): SceneOutput => ({})),
              steps: Object.entries(written).map(([name, value]) => ({ write: name, value })),
            },
          ],
        },
        peer: { inputs: each(written, (name) => `\${writer.${name}}`) },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const { exitCode, stderr, stdout } = await place.agent('writer').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        for (const [name, value] of Object.entries(written))
          assert.deepEqual((await peer.await(name)).body['value'], value, name);
      },
    );
  });
}
