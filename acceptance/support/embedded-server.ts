import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServerProcess, startTestServer, type TestServer } from '@heddle/testkit';

const program = fileURLToPath(new URL('../../packages/cli/bin/heddle', import.meta.url));

export interface StoreProcess extends TestServer {
  /** Its process id at present. */
  pid(): number;
}

/**
 * Start `heddle store --listen` on a free loopback port, as a server that can be stopped, killed and started again.
 *
 * @param environment  Over this process's own.
 */
export async function startStoreProcess(environment: NodeJS.ProcessEnv = {}): Promise<StoreProcess> {
  let pid = 0;
  const kind = {
    scheme: 'heddle',
    async run({ directory, host, port }: { directory: string; host: string; port: number }) {
      const server = await startServerProcess({
        name: `heddle store on ${host}:${port}`,
        program: process.execPath,
        words: [program, 'store', join(directory, 'data'), '--listen', `${host}:${port}`],
        env: { ...process.env, ...environment },
        isReady: () => accepts(host, port),
        install: 'npm run build',
      });
      pid = server.pid;
      return server;
    },
  };
  return startTestServer(kind, {}, async (server) => Object.assign(server, { pid: () => pid }));
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', reject);
  });
}
