import type { Socket } from 'node:net';
import type { Hub } from '../server/hub.ts';
import { createPeer } from '../server/peer.ts';
import { createFrameReader, encodeFrame } from '../wire/frames.ts';
import { type ClientMessage, messageToParts, partsToServerMessage, type ServerMessage } from '../wire/messages.ts';

/** A way to a server that stands until it is lost. */
export interface Link {
  /** True when the server is in this process. */
  readonly isLocal: boolean;
  send(message: ClientMessage): void;
  /** Give it up; no event follows. */
  destroy(): void;
}

export interface LinkEvents {
  message(message: ServerMessage): void;
  /** Called at most once, and not after `destroy`. */
  lost(reason: Error): void;
}

/** Speak over a connected socket. */
export function createSocketLink(socket: Socket, events: LinkEvents): Link {
  const reader = createFrameReader();
  let isOver = false;
  const lose = (reason: Error): void => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    events.lost(reason);
  };
  const next = (): ServerMessage | undefined => {
    if (isOver) return undefined;
    try {
      const parts = reader.next();
      return parts && partsToServerMessage(parts);
    } catch (error) {
      lose(new Error('the server sent something that is no message', { cause: error }));
      return undefined;
    }
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    for (let message = next(); message; message = next()) events.message(message);
  });
  socket.on('error', lose);
  socket.on('close', () => lose(new Error('the server hung up')));
  return {
    isLocal: false,
    send(message) {
      if (!isOver) socket.write(encodeFrame(messageToParts(message)));
    },
    destroy() {
      isOver = true;
      socket.destroy();
    },
  };
}

/** Speak to the server in this process, without a socket but with the same server end. */
export function createLocalLink(hub: Hub, events: LinkEvents): Link {
  let isOver = false;
  const end = (): void => {
    isOver = true;
    peer.gone();
  };
  const peer = createPeer(
    hub,
    {
      send(message) {
        if (!isOver) events.message(message);
        return true;
      },
      ready: () => undefined,
      close() {
        if (isOver) return;
        end();
        events.lost(new Error('the session was taken over'));
      },
    },
    true,
  );
  return {
    isLocal: true,
    send(message) {
      if (!isOver) peer.receive(message);
    },
    destroy: end,
  };
}
