import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

/**
 * Stand between a Chef run and its agent, and note when each answer comes from the agent.
 *
 * @param socket  Path to listen at.
 * @param target  File that holds the path of the agent's socket.
 * @returns `answeredNs`, by the input's path: the moment of the last answer, on the machine's monotonic clock; and `close()`.
 */
export async function startProxy(socket, target) {
  const answeredNs = new Map();
  const server = createServer((run) => {
    let request = '';
    const agent = connect(readFileSync(target, 'utf8').trim());
    run.on('data', (data) => {
      request += data;
      agent.write(data);
    });
    agent.on('data', (data) => {
      const now = process.hrtime.bigint();
      run.write(data);
      const path = /"path":\["([^\]]*)"\]/.exec(request)?.[1].replaceAll('","', '.');
      if (path !== undefined) answeredNs.set(path, now);
    });
    agent.on('end', () => run.end());
    run.on('end', () => agent.end());
    for (const side of [agent, run]) side.on('error', () => [agent, run].forEach((one) => one.destroy()));
  });
  await new Promise((resolve) => server.listen(socket, resolve));
  return { answeredNs, close: () => new Promise((resolve) => server.close(resolve)) };
}
