import { errorFromData } from '@heddle/core';
import type { Host } from '../host.ts';
import { type HelloMessage, PROTOCOL_VERSION, type ServerMessage, type WelcomeMessage } from '../wire/messages.ts';
import type { Dial } from './dial.ts';
import type { Link, LinkEvents } from './link.ts';

/** A link on which both sides have said hello. */
export interface Established {
  readonly link: Link;
  readonly host: Host | undefined;
  readonly welcome: WelcomeMessage;
}

export interface EstablishOptions {
  /** The session to go on with. */
  readonly session: string | undefined;
  readonly sessionTimeoutMs: number;
  /** Milliseconds for the connection and again for the welcome. */
  readonly stepMs: number;
  readonly signal: AbortSignal;
}

/** Make one attempt to reach a server and to say hello; `events` get what comes after the welcome. */
export async function establish(dial: Dial, events: LinkEvents, options: EstablishOptions): Promise<Established> {
  const { session, sessionTimeoutMs, stepMs, signal } = options;
  const first = createFirstAnswer();
  let isWelcome = false;
  const { link, host } = await dial(
    {
      message(message) {
        if (isWelcome) return events.message(message);
        isWelcome = message.type === 'welcome';
        first.answer(message);
      },
      lost(reason) {
        if (isWelcome) events.lost(reason);
        else first.fail(reason);
      },
    },
    stepMs,
    signal,
  );
  const timer = setTimeout(() => first.fail(new Error(`no welcome within ${stepMs} ms`)), stepMs);
  const onAbort = (): void => first.fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const base: HelloMessage = { type: 'hello', protocol: PROTOCOL_VERSION, timeoutMs: sessionTimeoutMs };
    link.send(session === undefined ? base : { ...base, session });
    return { link, host, welcome: await first.welcome };
  } catch (error) {
    link.destroy();
    await host?.stop();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function createFirstAnswer() {
  let resolve: (welcome: WelcomeMessage) => void = () => undefined;
  let fail: (reason: unknown) => void = () => undefined;
  const welcome = new Promise<WelcomeMessage>((onResolve, onReject) => {
    resolve = onResolve;
    fail = onReject;
  });
  // It may fail before anybody awaits it; the one who awaits it later gets the reason all the same.
  welcome.catch(() => undefined);
  return {
    welcome,
    fail,
    answer(message: ServerMessage) {
      if (message.type === 'welcome') resolve(message);
      else if (message.type === 'refused') fail(errorFromData(message.error));
      else fail(new Error('the server did not begin with a welcome'));
    },
  };
}
