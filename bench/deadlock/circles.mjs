import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@heddle/agent';
import { compile, startEpoch } from '@heddle/core';
import { servers } from '../all-to-all/servers.mjs';
import { Player } from './players.mjs';

/** Until the records of ended waits are gone. */
const clearedMs = 300;
/** Longer than an agent stays steward after its waits. */
const withoutJudgeMs = 2500;

/**
 * Close circles of waits on a fresh server, again and again; the nodes are in two processes, by turns.
 *
 * @returns Ms from the call of the read that closed the circle to the error of the one that was ended: `judged` where the others had waited
 *   `hold` ms before, so that there was a judge, `atOnce` where all began together; `floor` of the store alone.
 */
export async function closeCircles(scene, { store: name, nodes: count, rounds, hold }) {
  const folder = `${name}-${count}`;
  await scene.write({ [`${folder}/.keep`]: '', [`${folder}-server/.keep`]: '' });
  const server = await servers[name](scene.path(`${folder}-server`));
  const names = Array.from({ length: count }, (_, index) => `n${index}`);
  const players = [];
  try {
    await startBenchEpoch(server.url, names, rounds);
    for (const [index, side] of ['reader', 'judge'].entries()) {
      const own = names.filter((_, place) => place % 2 === index);
      players.push(new Player(scene, `${folder}/${side}.log`, server.url, side, own));
    }
    await Promise.all(players.map((player) => player.ready()));
    const circle = new Circle(names, players);
    // The first one finds connections and code that have done nothing yet.
    await players[0].ask('floor', { number: 'first' });
    const times = { floor: [], judged: [], atOnce: [] };
    for (let round = 0; round < rounds; round += 1) {
      times.floor.push(elapsedMs(await players[0].ask('floor', { number: String(round) })));
      times.judged.push(await circle.close(`j${round}`, hold));
      await sleep(withoutJudgeMs);
      times.atOnce.push(await circle.close(`a${round}`, undefined));
    }
    await Promise.all(players.map((player) => player.ask('close')));
    return times;
  } finally {
    for (const player of players) player.kill();
    await server.close();
  }
}

class Circle {
  #names;
  #players;

  constructor(names, players) {
    this.#names = names;
    this.#players = players;
  }

  /** Let every node read the output of the next one; the last of them `holdMs` after the others are recorded, or all at once. */
  async close(output, holdMs) {
    const { length } = this.#names;
    const player = (place) => this.#players[place % 2];
    const read = (name, place) =>
      player(place).ask('read', { name, input: `${this.#names[(place + 1) % length]}.${output}` });
    const first = this.#names.slice(0, holdMs === undefined ? length : length - 1);
    const recorded = first.map((name, place) => player(place).nextRecord(name));
    const reads = first.map(read);
    if (holdMs !== undefined) {
      await Promise.all(recorded);
      await sleep(holdMs);
      reads.push(read(this.#names.at(-1), length - 1));
    }
    const failed = reads.map(async (reading) => {
      const end = await reading;
      if (end.code === 'value') throw new Error('its value came');
      return end;
    });
    const end = await Promise.any(failed);
    // The others have the value that they wait for.
    await Promise.all(this.#names.map((name, place) => player(place).ask('publish', { name, output })));
    const all = await Promise.all(reads);
    const others = all.filter((one) => one.to !== end.to);
    if (end.code !== 'deadlock' || others.some(({ code }) => code !== 'value'))
      throw new Error(`the reads ended with ${all.map(({ code }) => code).join(', ')}`);
    await sleep(clearedMs);
    const closedAt = all.map(({ from }) => BigInt(from)).reduce((latest, from) => (from > latest ? from : latest));
    return Number(BigInt(end.to) - closedAt) / 1e6;
  }
}

function elapsedMs({ from, to }) {
  return Number(BigInt(to) - BigInt(from)) / 1e6;
}

/** Start an epoch of nodes in a circle: each reads the outputs of the next one, a pair of them for every round. */
async function startBenchEpoch(url, names, rounds) {
  const outputs = Array.from({ length: rounds }, (_, round) => [`j${round}`, `a${round}`]).flat();
  const nodes = names.map((name, place) => {
    const next = names[(place + 1) % names.length];
    const role = {
      name: 'play',
      command: ['true'],
      inputs: Object.fromEntries(outputs.map((output) => [`${next}.${output}`, `\${${next}.${output}}`])),
      outputs: Object.fromEntries(outputs.map((output) => [output, output])),
    };
    return [name, { roles: [role] }];
  });
  const text = JSON.stringify({ heddle: 1, deployment: 'bench', nodes: Object.fromEntries(nodes) });
  const store = await openStore(url);
  try {
    await startEpoch(store, compile(text, { file: 'bench', directory: '/' }));
  } finally {
    await store.close();
  }
}
