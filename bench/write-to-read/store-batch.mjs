import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { serveEmbedded } from '@heddle/store-embedded';

const peer = fileURLToPath(new URL('store-peer.mjs', import.meta.url));

/**
 * The same ping-pong with nothing but the store: two processes, each with a connection to a server in this one.
 *
 * @returns Per value: ms from the call of put to the call of the watch handler.
 */
export async function storeBatch(scene, batch, rounds, pauseMs) {
  const folder = scene.path(`store-${batch}`);
  const server = await serveEmbedded(folder);
  try {
    const words = (side) => [peer, server.url, side, String(rounds), String(pauseMs), `${folder}/${side}.json`];
    await Promise.all(
      ['a', 'b'].map((side) => scene.start(`store-${batch}-${side}.log`, process.execPath, words(side)).end),
    );
    const logs = await Promise.all(
      ['a', 'b'].map(async (side) => JSON.parse(await readFile(`${folder}/${side}.json`, 'utf8'))),
    );
    return logs.flat();
  } finally {
    await server.close();
  }
}
