import { checkKey, HeddleError, toHeddleError } from '@heddle/core';
import type { Outcome } from '../engine/evaluate.ts';
import type { Session } from '../engine/sessions.ts';
import { encodeKey } from '../key.ts';
import { MAX_VALUE_BYTES } from '../limits.ts';
import {
  type ClientMessage,
  type HelloMessage,
  PROTOCOL_VERSION,
  type ServerMessage,
  type WriteMessage,
} from '../wire/messages.ts';
import type { Hub } from './hub.ts';
import { createPump, type Pump } from './pump.ts';

const MAX_UNANSWERED = 256;
const MAX_UNANSWERED_BYTES = 8 * 1_048_576;

/** How a peer reaches its client. */
export interface PeerOutput {
  /** False when the client is slow; `drained` has to be called when it is not any more. */
  send(message: ServerMessage): boolean;
  /** The peer may take requests again, if `isBusy` was true. */
  ready(): void;
  /** Hang up. */
  close(): void;
}

/** The server's end of one connection, without the wire. */
export interface Peer {
  /** True while so much is unanswered that nothing more should be received. */
  readonly isBusy: boolean;
  /** Handle one message. Throws TypeError for one that breaks the protocol; the connection then has to be closed. */
  receive(message: ClientMessage): void;
  drained(): void;
  /** The connection is gone. */
  gone(): void;
}

/** Create the server's end of a connection; `isLocal` in the server's own process, where no sign of life is needed. */
export function createPeer(hub: Hub, output: PeerOutput, isLocal: boolean): Peer {
  let session: Session | undefined;
  let isGone = false;
  let unanswered = 0;
  let unansweredBytes = 0;
  const leave = (): void => output.close();
  const sendFromPump = (message: ServerMessage): boolean => {
    const isFast = output.send(message);
    if (message.type === 'entries' && message.last) output.ready();
    return isFast;
  };
  // In this process nobody is slower than the server itself.
  const pump: Pump = createPump(hub.watches, sendFromPump, isLocal ? () => undefined : leave);
  const isBusy = (): boolean =>
    unanswered >= MAX_UNANSWERED || unansweredBytes >= MAX_UNANSWERED_BYTES || pump.lists >= MAX_UNANSWERED;

  const send = (message: ServerMessage): void => {
    if (!isGone) output.send(message);
  };

  const hello = (message: HelloMessage): void => {
    if (message.protocol !== PROTOCOL_VERSION) {
      const text = `the store's server speaks protocol ${PROTOCOL_VERSION}, not ${message.protocol}`;
      send({ type: 'refused', error: new HeddleError('config-invalid', text).toJSON() });
      return;
    }
    const attached = hub.sessions.attach({ id: message.session, timeoutMs: message.timeoutMs, isLocal }, leave);
    session = attached.session;
    send({ type: 'welcome', session: session.id, resumed: attached.resumed, sequence: hub.engine.sequence });
  };

  /** Answer one request later; the answer's place in the accounts is kept until then. */
  const answer = (id: number, bytes: number, work: Promise<ServerMessage>): void => {
    unanswered += 1;
    unansweredBytes += bytes;
    const settle = (message: ServerMessage): void => {
      const wasBusy = isBusy();
      unanswered -= 1;
      unansweredBytes -= bytes;
      send(message);
      if (wasBusy && !isBusy()) output.ready();
    };
    work.then(settle, (error: unknown) => settle({ type: 'error', id, error: toHeddleError(error).toJSON() }));
  };

  const write = async (message: WriteMessage, owner: Session): Promise<ServerMessage> => {
    checkKey(message.key);
    for (const guard of message.guards) checkKey(guard.key);
    if (message.value.byteLength > MAX_VALUE_BYTES) throw new HeddleError('too-large', 'the value is over the limit');
    const { id: sessionId, timeoutMs } = owner;
    const outcome = await hub.change({ kind: 'write', write: message, session: sessionId, timeoutMs });
    return outcomeMessage(message.id, outcome, hub.engine.sequence);
  };

  const read = (id: number, work: () => void): void => {
    try {
      work();
    } catch (error) {
      send({ type: 'error', id, error: toHeddleError(error).toJSON() });
    }
  };

  const end = async (id: number, ending: Session): Promise<ServerMessage> => {
    hub.sessions.remove(ending);
    await hub.endSession(ending.id);
    return { type: 'ended', id };
  };

  const request = (message: Exclude<ClientMessage, HelloMessage>, owner: Session): void => {
    switch (message.type) {
      case 'ping':
        return send({ type: 'pong', sequence: hub.engine.sequence });
      case 'get':
        return read(message.id, () => {
          checkKey(message.key);
          const entry = hub.engine.get(encodeKey(message.key));
          send({ type: 'entries', id: message.id, entries: entry ? [entry] : [], last: true });
        });
      case 'list':
        return read(message.id, () => {
          checkKey(message.key, 'prefix');
          pump.list(message.id, hub.engine.range(encodeKey(message.key)));
        });
      case 'watch':
        return read(message.id, () => {
          checkKey(message.key, 'prefix');
          pump.watch(message.id, encodeKey(message.key));
        });
      case 'unwatch':
        return pump.unwatch(message.id);
      case 'put':
      case 'delete':
        return answer(message.id, message.value.byteLength, write(message, owner));
      case 'end':
        return answer(message.id, 0, end(message.id, owner));
    }
  };

  return {
    get isBusy() {
      return isBusy();
    },
    receive(message) {
      if (isGone) return;
      if (message.type === 'hello' && !session) return hello(message);
      if (message.type === 'hello' || !session) throw new TypeError('a connection begins with exactly one hello');
      hub.sessions.touch(session);
      request(message, session);
    },
    drained: () => pump.drained(),
    gone() {
      isGone = true;
      pump.stop();
      if (session) hub.sessions.detach(session, leave);
    },
  };
}

function outcomeMessage(id: number, outcome: Outcome, sequence: number): ServerMessage {
  if (outcome.kind === 'failed') return { type: 'error', id, error: outcome.error.toJSON() };
  if (outcome.kind === 'written') return { type: 'written', id, rev: outcome.rev, sequence };
  return { type: 'lost', id, entries: outcome.current ? [outcome.current] : [] };
}
