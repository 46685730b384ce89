import type { Socket } from 'node:net';
import { partsToClientMessage } from '../wire/check.ts';
import { createFrameReader, encodeFrame } from '../wire/frames.ts';
import { messageToParts } from '../wire/messages.ts';
import type { Hub } from './hub.ts';
import { createPeer, type Peer } from './peer.ts';

const SEND_BUFFER_BYTES = 1_048_576;
const HELLO_TIMEOUT_MS = 10_000;

/** One accepted connection. */
export interface ServerConnection {
  /** Read no further request. */
  pause(): void;
  /** Let what is answered already go out, then close. */
  finish(): void;
  destroy(): void;
}

/**
 * Serve one socket. A client that breaks the protocol, or says no hello within 10 s, loses this connection and nothing else.
 *
 * Requests are read only while their answers find room, so that a client costs a bounded amount of memory.
 */
export function serveSocket(hub: Hub, socket: Socket, closed: () => void): ServerConnection {
  const reader = createFrameReader();
  let isFinishing = false;
  let isReading = false;
  const helloTimer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
  const isFull = (): boolean => socket.writableLength > SEND_BUFFER_BYTES;

  const peer: Peer = createPeer(
    hub,
    {
      send(message) {
        if (!socket.writable) return true;
        socket.write(encodeFrame(messageToParts(message)));
        return !isFull();
      },
      ready: () => read(),
      close: () => socket.destroy(),
    },
    false,
  );

  const canRead = (): boolean => !isFinishing && !socket.destroyed && !peer.isBusy && !isFull();
  const read = (): void => {
    if (isReading) return;
    isReading = true;
    try {
      while (canRead()) {
        const parts = reader.next();
        if (!parts) break;
        peer.receive(partsToClientMessage(parts));
        clearTimeout(helloTimer);
      }
    } catch {
      // Whatever a stranger sends, the answer is to hang up; the other connections do not notice.
      socket.destroy();
    } finally {
      isReading = false;
    }
    if (peer.isBusy || isFull()) socket.pause();
    else socket.resume();
  };

  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    if (isFinishing) return;
    reader.push(chunk);
    read();
  });
  socket.on('drain', () => {
    peer.drained();
    read();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearTimeout(helloTimer);
    peer.gone();
    closed();
  });
  return {
    pause() {
      isFinishing = true;
    },
    finish() {
      isFinishing = true;
      socket.resume();
      socket.end(() => socket.destroy());
    },
    destroy: () => socket.destroy(),
  };
}
