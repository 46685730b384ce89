import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Follow the event streams of all agents whose working folders are below `nodesDirectory`, until `signal`.
 *
 * `heddle up` prints whole seconds only; the agents' own streams have milliseconds, and every read that waited.
 * @returns The events so far; the array grows.
 */
export function followAgents(nodesDirectory, signal) {
  const events = [];
  const known = new Set();
  const look = async () => {
    while (!signal.aborted) {
      for (const socketPath of await agentSockets(nodesDirectory)) {
        if (known.has(socketPath) || !(await follow(socketPath, events, signal))) continue;
        known.add(socketPath);
      }
      await sleep(100);
    }
  };
  look().catch(() => undefined);
  return events;
}

/** The sockets that living agents were told to serve. */
async function agentSockets(nodesDirectory) {
  const sockets = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const option = (flag) => words[words.indexOf(flag) + 1] ?? '';
    if (words.includes('agent') && option('--directory').startsWith(`${nodesDirectory}/`))
      sockets.push(option('--socket'));
  }
  return sockets;
}

/** Resolves with false when nobody serves the socket yet. */
function follow(socketPath, events, signal) {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/v1/events', signal }, (response) => {
      resolve(true);
      const lines = createInterface({ input: response });
      // An agent that ends cuts its stream off.
      lines.on('error', () => undefined);
      lines.on('line', (line) => {
        const event = JSON.parse(line);
        if (event.type !== 'version') events.push({ ...event, ms: Date.parse(event.time) });
      });
    });
    call.on('error', () => resolve(false));
    call.end();
  });
}
