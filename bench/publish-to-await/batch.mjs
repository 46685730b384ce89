import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { compile, startEpoch } from '@heddle/core';

const peer = fileURLToPath(new URL('peer.mjs', import.meta.url));

/**
 * Let two processes hand values to one another.
 *
 * @param client  `core`, or `bare-KIND`.
 * @returns Ms from the call of publish (or put) to the return of the read that waited for it, one a value.
 */
export async function runBatch(scene, name, client, url, { rounds, pause }) {
  if (client === 'core') await startBenchEpoch(url, rounds);
  await mkdir(scene.path(name));
  const sides = ['a', 'b'].map((side) => {
    const log = scene.path(name, `${side}.json`);
    const words = [peer, client, url, side, String(rounds), String(pause), log];
    return scene.start(`${name}/${side}.log`, process.execPath, words).end.then(() => readFile(log, 'utf8'));
  });
  return (await Promise.all(sides)).flatMap((text) => JSON.parse(text));
}

/** Start an epoch of two nodes, a and b, that read each other's `ready` and `v0` to `v(ROUNDS-1)`. */
export async function startBenchEpoch(url, rounds) {
  const names = ['ready', ...Array.from({ length: rounds }, (_, index) => `v${index}`)];
  const node = (other) => ({
    roles: [
      {
        name: 'play',
        command: ['true'],
        inputs: Object.fromEntries(names.map((name) => [`${other}.${name}`, `\${${other}.${name}}`])),
        outputs: Object.fromEntries(names.map((name) => [name, name])),
      },
    ],
  });
  const text = JSON.stringify({ heddle: 1, deployment: 'bench', nodes: { a: node('b'), b: node('a') } });
  const store = await openStore(url);
  try {
    await startEpoch(store, compile(text, { file: 'bench', directory: '/' }));
  } finally {
    await store.close();
  }
}
