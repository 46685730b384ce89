import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { createTcpProxy, type TcpProxy } from '../store-conformance/proxy.ts';
import { findFreePort } from './free-port.ts';
import { testServer } from './test-server.ts';
import { askable, type ZookeeperServer, zookeeperKind } from './zookeeper.ts';

const HOST = '127.0.0.1';
const SIZE = 3;

/** Three ZooKeeper servers that elect a leader. */
export interface ZookeeperEnsemble {
  /** The one that leads at the start. */
  readonly leader: ZookeeperServer;
  readonly followers: readonly ZookeeperServer[];
  /** The one that leads now. Throws unavailable when none of them says that it does. */
  currentLeader(): Promise<ZookeeperServer>;
  /** Let nothing pass between a server and the others, in a cuttable ensemble; a follower goes on to answer its clients for 20 s. */
  cutOff(server: ZookeeperServer): void;
  heal(): void;
  close(): Promise<void>;
}

interface Ports {
  readonly client: number;
  readonly quorum: number;
  readonly election: number;
}

export interface ZookeeperEnsembleOptions {
  /**
   * Let the servers reach one another through proxies, which `cutOff` needs. A proxy takes connections to a server that does not listen
   * yet, which costs an election `initLimit`, ten seconds. @default true
   */
  readonly isCuttable?: boolean;
}

/** Start an ensemble and wait until it serves; it ends with this process at the latest. Throws like `startZookeeper`. */
export async function startZookeeperEnsemble({
  isCuttable = true,
}: ZookeeperEnsembleOptions = {}): Promise<ZookeeperEnsemble> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-zookeeper-'));
  const ports = await findPorts();
  // What one server reaches the quorum port of another one by.
  const ways = new Map<string, TcpProxy>();
  const cut = new Set<TcpProxy>();
  const servers: ZookeeperServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all([...ways.values()].map((way) => way.close()));
    rmSync(directory, { recursive: true, force: true });
  };
  const start = async (index: number, { client: port, quorum: peerPort }: Ports): Promise<void> => {
    const folder = join(directory, String(index));
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'data', 'myid'), String(index + 1));
    const quorumPort = (other: number, own: number): number => ways.get(`${index} ${other}`)?.port ?? own;
    const more = [
      'initLimit=50',
      'syncLimit=100',
      ...ports.map(
        ({ quorum, election }, other) => `server.${other + 1}=${HOST}:${quorumPort(other, quorum)}:${election}`,
      ),
    ];
    const kind = zookeeperKind(more);
    const place = { directory: folder, host: HOST, port, peerPort };
    servers[index] = askable(testServer(kind, place, await kind.run(place), () => undefined));
  };
  try {
    for (const index of ports.keys()) {
      for (const [other, { quorum }] of ports.entries()) {
        if (isCuttable && other !== index)
          ways.set(`${index} ${other}`, await createTcpProxy(() => ({ host: HOST, port: quorum })));
      }
    }
    const started = await Promise.allSettled(ports.map((own, index) => start(index, own)));
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    const currentLeader = async (): Promise<ZookeeperServer> => {
      for (const server of servers) if (await isLeader(server)) return server;
      throw new HeddleError('unavailable', 'none of the three ZooKeeper servers leads');
    };
    const leader = await currentLeader();
    return {
      leader,
      followers: servers.filter((server) => server !== leader),
      currentLeader,
      cutOff(server) {
        const name = String(servers.indexOf(server));
        for (const [between, way] of ways) {
          if (!between.split(' ').includes(name)) continue;
          way.cut();
          cut.add(way);
        }
      },
      heal() {
        for (const way of cut) way.heal();
        cut.clear();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function isLeader(server: ZookeeperServer): Promise<boolean> {
  try {
    return (await server.ask('srvr')).includes('Mode: leader');
  } catch {
    // One that does not answer does not lead.
    return false;
  }
}

async function findPorts(): Promise<Ports[]> {
  const found: Ports[] = [];
  while (found.length < SIZE) {
    found.push({ client: await findFreePort(), quorum: await findFreePort(), election: await findFreePort() });
  }
  return found;
}
