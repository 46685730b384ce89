import { readFile } from 'node:fs/promises';
import { openStore } from '@heddle/agent';
import { currentEpoch, decodeRecord, epochKeys } from '@heddle/core';
import { heddleProgram } from '../lib/programs.mjs';

/**
 * Let two Chef runs hand values to one another, one run of `heddle up`.
 *
 * @param program  By side, the chef-solo to run, if it is not the usual one.
 * @returns `values`, per value: `ms` from its assignment to the read's return, the part of it until the agent wrote it to the store,
 *   and whether the reader was blocked before it was written; and `logs`, by side, as the recipe writes them.
 */
export async function heddleBatch(scene, batch, rounds, pauseMs, { program = () => undefined } = {}) {
  const folder = `heddle-${batch}`;
  await writeFiles(scene, folder, rounds, pauseMs, program);
  await scene.start(`${folder}.log`, heddleProgram, ['up', 'heddle.yaml', '--verbose'], { cwd: scene.path(folder) })
    .end;
  const state = scene.path(folder, '.heddle', 'latency');
  const logs = {};
  for (const side of ['a', 'b']) logs[side] = JSON.parse(await readFile(`${state}/nodes/${side}/log.json`, 'utf8'));
  const sealed = await sealTimes(`embedded:${state}`);
  return { values: [...pair('a', 'b', logs, sealed), ...pair('b', 'a', logs, sealed)], logs };
}

function pair(writer, reader, logs, sealed) {
  return logs[reader].received.map(({ name, asked, written, returned }) => {
    const sentMs = logs[writer].sent.find((sent) => sent.name === name).wall / 1e6;
    return {
      ms: (returned - written) / 1e6,
      // The store keeps whole milliseconds, so half of one is added.
      toStoreMs: sealed.get(`${writer}.${name}`) + 0.5 - sentMs,
      wasBlocked: asked < written,
    };
  });
}

/** When each value was handed to the store, in ms since 1970. */
async function sealTimes(url) {
  const store = await openStore(url);
  try {
    const keys = epochKeys('latency', await currentEpoch(store, 'latency'));
    const entries = await store.list(keys.values());
    return new Map(entries.map(({ key, value }) => [key.slice(-2).join('.'), Date.parse(decodeRecord(value).time)]));
  } finally {
    await store.close();
  }
}

async function writeFiles(scene, folder, rounds, pauseMs, program) {
  const names = Array.from({ length: rounds }, (_, index) => `v${index}`);
  const node = (side, other) => ({
    roles: [
      {
        name: 'play',
        chef: {
          run_list: ['recipe[pingpong]'],
          config: 'solo.rb',
          program: program(side),
          attributes: { bench: { side, rounds, pause_ms: pauseMs, log: '${self.dir}/log.json' } },
        },
        inputs: Object.fromEntries(names.map((name) => [`${other}.${name}`, `\${${other}.${name}}`])),
        outputs: Object.fromEntries(names.map((name) => [name, `${side}.${name}`])),
      },
    ],
  });
  const deployment = {
    heddle: 1,
    deployment: 'latency',
    deadline: '60s',
    nodes: { a: node('a', 'b'), b: node('b', 'a') },
  };
  await scene.write({
    [`${folder}/heddle.yaml`]: JSON.stringify(deployment, null, 2),
    [`${folder}/solo.rb`]: "cookbook_path File.expand_path('cookbooks', __dir__)\nminimal_ohai true\n",
    [`${folder}/cookbooks/pingpong/metadata.rb`]: "name 'pingpong'\nversion '1.0.0'\n",
    [`${folder}/cookbooks/pingpong/recipes/default.rb`]: await readFile(new URL('recipe.rb', import.meta.url), 'utf8'),
  });
}
