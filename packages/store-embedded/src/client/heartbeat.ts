/** Signs of life on one link. */
export interface Heartbeat {
  /** Something came from the server. */
  heard(): void;
  stop(): void;
}

export interface HeartbeatOptions {
  /** The session's timeout in milliseconds. */
  readonly timeoutMs: number;
  readonly ping: () => void;
  /** Called once when the server has been silent: at the latest a third of the timeout after its last sign of life. */
  readonly dead: () => void;
}

/** Ping twelve times in a session's timeout, and notice a silent server after a quarter of it. */
export function startHeartbeat({ timeoutMs, ping, dead }: HeartbeatOptions): Heartbeat {
  const everyMs = timeoutMs / 12;
  let lastHeard = performance.now();
  let lastTick = lastHeard;
  const timer = setInterval(() => {
    const now = performance.now();
    // If this process itself stood still, the server's answers may be waiting unread: ask again before judging.
    if (now - lastTick > 2 * everyMs) lastHeard = now;
    lastTick = now;
    if (now - lastHeard < timeoutMs / 4) return ping();
    clearInterval(timer);
    dead();
  }, everyMs);
  return {
    heard() {
      lastHeard = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
