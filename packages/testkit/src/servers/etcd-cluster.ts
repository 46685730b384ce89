import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { controllable, type EtcdServer, etcdKind } from './etcd.ts';
import { findFreePort } from './free-port.ts';
import { type TestServerPlace, testServer } from './test-server.ts';

const HOST = '127.0.0.1';
const SIZE = 3;

/** Three etcd servers that elect a leader. */
export interface EtcdCluster {
  readonly servers: readonly EtcdServer[];
  /** The server that leads now. Throws unavailable when none of them says that it does. */
  leader(): Promise<EtcdServer>;
  close(): Promise<void>;
}

/** Start a cluster and wait until it serves; it ends with this process at the latest. Throws like `startEtcd`. */
export async function startEtcdCluster(): Promise<EtcdCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-etcd-'));
  const places = await findPlaces(directory);
  const cluster = places.map(({ peerPort }, index) => `m${index}=http://${HOST}:${peerPort}`).join(',');
  const servers: EtcdServer[] = [];
  const start = async (place: TestServerPlace, index: number): Promise<void> => {
    const kind = etcdKind({ flags: { name: `m${index}`, 'initial-cluster': cluster } });
    // None of them is ready before most of them run.
    servers[index] = controllable(testServer(kind, place, await kind.run(place), () => undefined));
  };
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  };
  const started = await Promise.allSettled(places.map(start));
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return {
    servers,
    async leader() {
      for (const server of servers) if (await isLeader(server)) return server;
      throw new HeddleError('unavailable', 'none of the three etcd servers leads');
    },
    close,
  };
}

async function isLeader({ host, port }: EtcdServer): Promise<boolean> {
  try {
    const url = `http://${host}:${port}/v3/maintenance/status`;
    const answer = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(1000) });
    const { header, leader } = (await answer.json()) as { header?: { member_id: string }; leader?: string };
    return leader !== undefined && header?.member_id === leader;
  } catch {
    // One that does not answer does not lead.
    return false;
  }
}

async function findPlaces(directory: string): Promise<TestServerPlace[]> {
  const places: TestServerPlace[] = [];
  while (places.length < SIZE) {
    const home = join(directory, String(places.length));
    places.push({ directory: home, host: HOST, port: await findFreePort(), peerPort: await findFreePort() });
  }
  return places;
}
