import { once } from 'node:events';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Store } from '@heddle/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import driver, { isHost, serveEmbedded } from '../src/index.ts';
import { createFrameReader, encodeFrame } from '../src/wire/frames.ts';
import { partsToServerMessage, type ServerMessage } from '../src/wire/messages.ts';
import { temporaryFolder } from './support/folders.ts';

const ABSENT = { expect: { absent: true } } as const;

async function open(url: string): Promise<Store> {
  const store = await driver.open(url);
  onTestFinished(() => store.close());
  return store;
}

async function serve(): Promise<{ url: string; port: number }> {
  const server = await serveEmbedded(temporaryFolder(), { listen: { port: 0 } });
  onTestFinished(() => server.close());
  return { url: server.url, port: Number(new URL(server.url).port) };
}

function connectRaw(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

const frame = (head: Record<string, unknown>): Buffer => encodeFrame({ head, values: [] });
const HELLO = { type: 'hello', protocol: 1, timeoutMs: 10_000 };

describe('a server', () => {
  it('hangs up on a client that breaks the protocol, and serves the others on', async () => {
    const { url, port } = await serve();
    const store = await open(url);
    await store.put(['a'], new Uint8Array(3), ABSENT);
    const breaches: Buffer[] = [
      Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      Buffer.alloc(64, 255),
      Buffer.from([0, 0, 0, 8, 255, 255, 255, 255, 0, 0, 0, 0]),
      Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 0x7b, 0x7b]),
      Buffer.from([0, 0, 0, 0]),
      frame({ type: 'get', id: 1, key: ['a'] }),
      Buffer.concat([frame(HELLO), frame(HELLO)]),
      Buffer.concat([frame(HELLO), frame({ type: 'dance' })]),
      Buffer.concat([frame(HELLO), frame({ type: 'get', id: -1, key: ['a'] })]),
      Buffer.concat([frame(HELLO), frame({ type: 'put', id: 1, key: 'a', expect: null, guards: 3, writeId: {} })]),
    ];
    for (const breach of breaches) {
      const socket = connectRaw(port);
      socket.resume();
      socket.write(breach);
      await once(socket, 'close');
      expect((await store.get(['a']))?.value.byteLength).toBe(3);
    }
  });

  it('answers a bad key on the wire as an ordinary error', async () => {
    const { port } = await serve();
    const socket = connectRaw(port);
    socket.write(Buffer.concat([frame(HELLO), frame({ type: 'get', id: 7, key: ['a', ''] })]));
    const messages = await receive(socket, 2);
    expect(messages[1]).toMatchObject({ type: 'error', id: 7, error: { code: 'bad-key' } });
  });

  it('refuses another protocol version', async () => {
    const { port } = await serve();
    const socket = connectRaw(port);
    socket.write(frame({ ...HELLO, protocol: 2 }));
    expect(await receive(socket, 1)).toMatchObject([{ type: 'refused', error: { code: 'config-invalid' } }]);
  });

  it('understands frames that arrive byte by byte', async () => {
    const { port } = await serve();
    const socket = connectRaw(port);
    for (const byte of Buffer.concat([frame(HELLO), frame({ type: 'get', id: 1, key: ['a'] })])) {
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    }
    expect(await receive(socket, 2)).toMatchObject([
      { type: 'welcome' },
      { type: 'entries', id: 1, entries: [], last: true },
    ]);
  });

  it('sends a client that does not read for long nothing but the latest states, once it reads', async () => {
    const { url, port } = await serve();
    const store = await open(url);
    const socket = connectRaw(port);
    socket.pause();
    socket.write(Buffer.concat([frame(HELLO), frame({ type: 'watch', id: 1, key: ['big'] })]));
    const revs: string[] = [];
    for (let round = 0; round < 120; round += 1) {
      const expect = revs.length > 0 ? { rev: revs.at(-1) ?? '' } : ({ absent: true } as const);
      const result = await store.put(['big'], new Uint8Array(500_000).fill(round), { expect });
      revs.push(result.ok ? result.rev : '');
    }
    let states = 0;
    await receive(socket, Infinity, (message) => {
      if (message.type === 'state') states += 1;
      return message.type === 'state' && message.entries[0]?.rev === revs.at(-1);
    });
    expect(states).toBeLessThan(60);
  });

  it('sends lists that are larger than a frame whole and in order', async () => {
    const { url } = await serve();
    const store = await open(url);
    const value = new Uint8Array(700_000);
    await Promise.all(Array.from({ length: 12 }, (_, index) => store.put(['l', String(10 + index)], value, ABSENT)));
    const lists = await Promise.all([store.list([]), store.list(['l'])]);
    for (const list of lists) {
      expect(list.map((entry) => entry.key[1])).toEqual(Array.from({ length: 12 }, (_, index) => String(10 + index)));
      expect(list.every((entry) => entry.value.byteLength === 700_000)).toBe(true);
    }
  });
});

describe('the folder', () => {
  it('is closed to others: folder 0700, socket and files 0600', async () => {
    const folder = temporaryFolder();
    mkdirSync(folder, { mode: 0o755 });
    await (await open(`embedded:${folder}`)).put(['a'], new Uint8Array(), ABSENT);
    const modeOf = (name: string): number => statSync(join(folder, name)).mode & 0o777;
    expect(['.', 'socket', 'log', 'lock'].map(modeOf)).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  it('is refused when anybody may write to it', async () => {
    const folder = temporaryFolder();
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    await expect(driver.open(`embedded:${folder}`)).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('may have a path that is longer than a socket address', async () => {
    const folder = join(temporaryFolder(), 'x'.repeat(120), 'y'.repeat(120));
    const [first, second] = [await open(`embedded:${folder}`), await open(`embedded:${folder}`)];
    expect([isHost(first), isHost(second)]).toEqual([true, false]);
    await first.put(['a'], new Uint8Array(), ABSENT);
    expect(await second.get(['a'])).toBeDefined();
    await first.close();
    expect(await second.get(['a'])).toBeDefined();
    expect(isHost(second)).toBe(true);
  });

  it('that is damaged is told when it is opened, and stays as it is', async () => {
    const folder = temporaryFolder();
    const store = await driver.open(`embedded:${folder}`);
    await store.put(['a'], new Uint8Array(), ABSENT);
    await store.close();
    writeFileSync(join(folder, 'log'), 'this is no log');
    await expect(driver.open(`embedded:${folder}`)).rejects.toMatchObject({ code: 'corrupt' });
    expect(statSync(join(folder, 'log')).size).toBe(14);
  });
});

/** Read messages until there are `count`, or `done` says so. */
function receive(
  socket: Socket,
  count: number,
  done: (message: ServerMessage) => boolean = () => false,
): Promise<ServerMessage[]> {
  const reader = createFrameReader();
  const messages: ServerMessage[] = [];
  return new Promise((resolve, reject) => {
    socket.on('close', () => reject(new Error(`hung up after ${messages.length} messages`)));
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let parts = reader.next(); parts; parts = reader.next()) {
        const message = partsToServerMessage(parts);
        messages.push(message);
        if (messages.length === count || done(message)) resolve(messages);
      }
    });
    socket.resume();
  });
}
