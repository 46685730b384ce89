import { cpus } from 'node:os';
import { pin, startRuns } from './chef-runs.mjs';
import { withScene } from './scene.mjs';

const warmUpRounds = 2;
const limitMs = 235_000;

/**
 * Start Chef runs of each kind anew for every episode, and let them work by turns.
 *
 * @param name  of the scene
 * @param cookbook  what the runs have in common; see `startRuns`
 * @param ask  what a run is asked in each of its turns; it answers with nanoseconds, one for each block
 * @returns One entry for each run, with its times in the order of its blocks; how many episodes there was time for; whether all shared one processor.
 */
export async function measureEpisodes(name, cookbook, ask, { episodes, runs, rounds }) {
  return withScene(name, limitMs, async (scene) => {
    const startMs = performance.now();
    const processes = [];
    let isPinned = true;
    let done = 0;
    while (done < episodes) {
      const episode = await measureEpisode({ scene, cookbook, ask, episode: done, runs, rounds });
      isPinned &&= episode.isPinned;
      processes.push(...episode.processes);
      done += 1;
      const elapsedMs = performance.now() - startMs;
      if (done < episodes && elapsedMs + (1.4 * elapsedMs) / done > limitMs) {
        console.log(`time is short: ${done} of ${episodes} episodes`);
        break;
      }
    }
    return { processes, episodes: done, isPinned };
  });
}

async function measureEpisode({ scene, cookbook, ask, episode, runs: runsPerKind, rounds }) {
  const { runs, failed, finish } = await startRuns(scene, `episode-${episode}`, runsPerKind, cookbook);
  const labels = [...runs.keys()].sort((a, b) => indexOf(a) - indexOf(b) || a.localeCompare(b));
  const times = new Map(labels.map((label) => [label, []]));
  let isPinned = true;
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    isPinned = pin(runs, Math.abs(round >> 1) % cpus().length) && isPinned;
    // The order turns around from round to round, so that drift hits all alike.
    for (const label of round % 2 === 0 ? labels : labels.toReversed()) {
      const blocks = await Promise.race([runs.get(label).ask(ask), failed]);
      if (round >= 0) times.get(label).push(...blocks);
    }
  }
  await finish();
  const processes = labels.map((label) => ({ episode, kind: label.replace(/-\d+$/, ''), times: times.get(label) }));
  return { isPinned, processes };
}

function indexOf(label) {
  return Number(label.split('-').at(-1));
}
