import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { HeddleError } from '@heddle/core';
import type { Machine } from './types.ts';

/** Runs inside the machine: opens the port in its network, gives the open socket away, and ends. */
const opener = `
const server = require('node:net').createServer();
server.on('error', (error) => { console.error(error.message); process.exit(1); });
server.listen(Number(process.argv[1]), process.argv[2], 1024, () => {
  process.send('open', server, { keepOpen: false }, () => process.exit(0));
});`;

/** A port of a machine that this process answers. */
export interface Door {
  /** Address of the machine, and the port; reachable from the machines of its set and from nowhere else. */
  readonly host: string;
  readonly port: number;
  /** Hand its connections to an HTTP server or a listener of your own. */
  readonly server: Server;
  /** Refuse new connections and cut those that are open. */
  close(): void;
}

/**
 * Open a port on a machine's own address whose connections arrive in this process.
 *
 * The socket is made inside, by a short-lived process, and passed out: a socket belongs for ever to the network in which it was made.
 * No route leads from the machines to the host or back.
 * @throws HeddleError `unexpected` when the port is taken or the machine is gone.
 * @see docs/adr/0014-doors-into-the-machines.md
 */
export async function openDoor(machine: Machine, port: number): Promise<Door> {
  const [program = '', ...words] = machine.command([process.execPath, '-e', opener, String(port), machine.address]);
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const opened = once(child, 'message').then(([, server]: unknown[]) => server as Server);
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    const what = `${machine.name}: cannot open port ${port}, exit code ${String(code)}: ${complaint.trim()}`;
    throw new HeddleError('unexpected', what);
  });
  ended.catch(() => undefined);
  const server = await Promise.race([opened, ended]);
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { host: machine.address, port, server, close };
}

/** Where a forwarded connection ends. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Open a port on a machine's address that leads to a server of the host, and to nothing else. */
export async function forward(machine: Machine, port: number, target: Target): Promise<Door> {
  const door = await openDoor(machine, port);
  door.server.on('connection', (inner) => {
    const outer = connect(target);
    // An end or a fault on either side is one on the other.
    inner.on('error', () => outer.destroy());
    outer.on('error', () => inner.destroy());
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
    inner.pipe(outer).pipe(inner);
  });
  return door;
}
