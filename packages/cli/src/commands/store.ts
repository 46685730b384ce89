import { isIP } from 'node:net';
import { HeddleError } from '@heddle/core';
import { serveEmbedded } from '@heddle/store-embedded';
import type { Command } from 'commander';

interface Options {
  readonly listen?: string;
}

/** `heddle store`: serve the embedded store. */
export function addStore(program: Command): void {
  program
    .command('store')
    .description('serve a folder as a store, in the foreground, until it is interrupted')
    .argument('<folder>', 'where the store keeps its data; made when it is missing')
    .option(
      '--listen <address>',
      '[HOST:]PORT of this machine for programs that cannot reach the folder; port 0 takes a free one',
    )
    .addHelpText(
      'after',
      `
Its URL is printed to standard output once it is ready. Interrupting it loses nothing that was acknowledged.

Examples:
  heddle store .heddle/shop
  heddle store /var/lib/heddle-store --listen 127.0.0.1:7470`,
    )
    .action(serve);
}

async function serve(folder: string, { listen }: Options): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const server = await serveEmbedded(folder, listen === undefined ? {} : { listen: readAddress(listen) });
  process.stdout.write(`${server.url}\n`);
  process.stderr.write(
    `heddle: serving until Ctrl-C; use it with --store ${server.url}, or HEDDLE_STORE=${server.url}\n`,
  );
  await stopped;
  await server.close();
}

/** Read `[HOST:]PORT`; refuse what other machines could reach. */
function readAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:(\[[^\]]+\]|[^:]*):)?(\d+)$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new HeddleError('usage', `"${text}" is no address: write [HOST:]PORT`, { next: ['--listen 127.0.0.1:7470'] });
  }
  const host = match[1] === undefined || match[1] === '' ? '127.0.0.1' : match[1].replace(/^\[(.*)\]$/, '$1');
  if (!isLoopback(host)) {
    throw new HeddleError(
      'denied',
      `the store does not listen on ${text}: it has neither TLS nor credentials yet, so whoever reaches that address could read and change every value`,
      {
        next: [
          `--listen 127.0.0.1:${port}, and a tunnel for other machines: ssh -L ${port}:127.0.0.1:${port} HOST`,
          'for several machines: ZooKeeper or etcd with access control',
        ],
      },
    );
  }
  return { host, port };
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
