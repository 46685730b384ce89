#!/usr/bin/env node
import { exchange } from './all-to-all/exchange.mjs';
import { printExchange } from './all-to-all/print.mjs';
import { servers } from './all-to-all/servers.mjs';
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';

const help = `
Usage: node bench/all-to-all.mjs [options]

N nodes, each with a connection of its own, write a value of 200 bytes and read the values of all N, with all records and guards of an
agent: wall time, the server's own counts of messages, memory. Beside it a bare aggregate written with the client library alone.

  --counts LIST   numbers of nodes (default 10,100,1000)
  --stores LIST   which ones (default embedded,zk,etcd)
  --runs N        runs of each up to 100 nodes; larger ones run once (default 3)
  --per-process N nodes of one child process (default 250)
  --granted       each node with rights and credentials of its own (zk)
  --operations    show which of the client library's operations the nodes used (zk)
`;

const options = {
  runs: { type: 'string', default: '3' },
  'per-process': { type: 'string', default: '250' },
  counts: { type: 'string' },
  stores: { type: 'string' },
  granted: { type: 'boolean' },
  operations: { type: 'boolean' },
};

const goal =
  'at most 12 messages received and 14 sent by the server per node, whatever N; N=1000 in at most 1.5 times the bare aggregate';
const limitMs = 1_200_000;

async function measure({ stores = 'embedded,zk,etcd', counts = '10,100,1000', ...settings }) {
  return withScene('all-to-all', limitMs, async (scene) => {
    const results = {};
    for (const store of stores.split(',')) {
      if (servers[store] === undefined) throw new Error(`there is no store ${store}`);
      results[store] = {};
      for (const count of counts.split(',').map(Number)) {
        const runs = count > 100 ? 1 : settings.runs;
        const heddle = [];
        const bare = [];
        for (let run = 0; run < runs; run += 1) {
          // A fresh server for each: both find it as empty as the other did.
          for (const [kind, into] of [
            ['bare', bare],
            ['heddle', heddle],
          ]) {
            into.push(await exchange(scene, { store, kind, count, run, ...settings }));
          }
        }
        results[store][count] = { bare, heddle };
        printExchange(store, count, results[store][count]);
      }
    }
    return { valueBytes: 200, stores: results };
  });
}

await benchmark({ name: 'all-to-all', help, options, goal }, measure, () => undefined);
