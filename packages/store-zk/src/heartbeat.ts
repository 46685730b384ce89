/** Signs of life on one link. */
export interface Heartbeat {
  stop(): void;
}

export interface HeartbeatOptions {
  /** The session's timeout in milliseconds. */
  readonly timeoutMs: number;
  /** Ask the server for anything; a rejection means that the link is lost already. */
  readonly ping: () => Promise<unknown>;
  /** When something came from the server last, by performance.now(). */
  readonly heardMs: () => number;
  /** Called once when the server has been silent: at the latest half of the timeout after its last sign of life. */
  readonly dead: () => void;
}

/**
 * Ask six times in a session's timeout, and notice a silent server after a third of it.
 *
 * The library does not look at whether its own pings are answered. An unanswered question is not followed by another one.
 */
export function startHeartbeat({ timeoutMs, ping, heardMs, dead }: HeartbeatOptions): Heartbeat {
  const everyMs = timeoutMs / 6;
  let askedMs: number | undefined;
  let lastTickMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // If this process itself stood still, the server's answer may be waiting unread: give it another round.
    const stoodStill = nowMs - lastTickMs > 2 * everyMs;
    lastTickMs = nowMs;
    if (askedMs === undefined) ask(nowMs);
    else if (stoodStill) askedMs = nowMs;
    else if (nowMs - Math.max(askedMs, heardMs()) >= 2 * everyMs) end(dead);
  }, everyMs);
  const ask = (nowMs: number): void => {
    askedMs = nowMs;
    const answered = (): void => {
      askedMs = undefined;
    };
    // A lost link is told to its owner, which stops the heartbeat.
    ping().then(answered, answered);
  };
  const end = (then: () => void): void => {
    clearInterval(timer);
    then();
  };
  return { stop: () => end(() => undefined) };
}
