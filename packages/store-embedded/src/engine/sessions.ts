import { randomUUID } from 'node:crypto';

const LONGEST_SLEEP_MS = 1000;
const SHORTEST_SLEEP_MS = 10;

/** A session as the server sees it. */
export interface Session {
  readonly id: string;
  readonly timeoutMs: number;
}

export interface AttachRequest {
  /** The session to go on with. */
  readonly id: string | undefined;
  readonly timeoutMs: number;
  /** True in the server's own process: such a session ends only when it says so. */
  readonly isLocal: boolean;
}

/** The live sessions of one server. */
export interface Sessions {
  /**
   * Go on with session `id`, or begin a new one when it is unknown; an earlier holder of it is told to leave.
   *
   * @param leave  Called when the session is taken over by another connection, or timed out.
   */
  attach(request: AttachRequest, leave: () => void): { readonly session: Session; readonly resumed: boolean };
  /** The connection is gone; the session lives on until its timeout. */
  detach(session: Session, leave: () => void): void;
  /** A sign of life. */
  touch(session: Session): void;
  /** The client ended it. */
  remove(session: Session): void;
  /** Stop expiring sessions. */
  stop(): void;
}

interface Row extends Session {
  lastSeen: number;
  leave: (() => void) | undefined;
}

/**
 * Keep sessions and end those without a sign of life.
 *
 * The clock is the server's own monotonic one. Each session in `recovered` starts with one full timeout, and time in which
 * this process itself was not running does not count against anybody.
 * @param expired  Ends a session that timed out; if that fails, it is tried again after another timeout.
 */
export function createSessions(
  recovered: ReadonlyMap<string, number>,
  expired: (id: string) => Promise<void>,
): Sessions {
  const rows = new Map<string, Row>();
  let timer: NodeJS.Timeout | undefined;
  let wakeAt = 0;
  const start = performance.now();
  for (const [id, timeoutMs] of recovered) rows.set(id, { id, timeoutMs, lastSeen: start, leave: undefined });

  const schedule = (): void => {
    const now = performance.now();
    let sleepMs = LONGEST_SLEEP_MS;
    for (const row of rows.values()) sleepMs = Math.min(sleepMs, row.lastSeen + row.timeoutMs - now);
    sleepMs = Math.max(sleepMs, SHORTEST_SLEEP_MS);
    wakeAt = now + sleepMs;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const lateMs = Math.max(0, performance.now() - wakeAt);
      for (const row of rows.values()) row.lastSeen += lateMs;
      // Sockets are read before an immediate runs, so a sign of life that waited there still counts.
      setImmediate(sweep);
    }, sleepMs);
    timer.unref();
  };

  const sweep = (): void => {
    if (timer === undefined) return;
    const now = performance.now();
    for (const row of rows.values()) {
      if (now - row.lastSeen < row.timeoutMs) continue;
      rows.delete(row.id);
      row.leave?.();
      expired(row.id).catch((error: unknown) => {
        process.emitWarning(`ending the store session ${row.id} failed: ${String(error)}`);
        rows.set(row.id, { ...row, lastSeen: performance.now(), leave: undefined });
      });
    }
    schedule();
  };

  schedule();
  return {
    attach({ id, timeoutMs, isLocal }, leave) {
      const known = id === undefined ? undefined : rows.get(id);
      known?.leave?.();
      const row: Row = {
        id: known?.id ?? randomUUID(),
        timeoutMs,
        lastSeen: isLocal ? Infinity : performance.now(),
        leave,
      };
      rows.set(row.id, row);
      if (timeoutMs < LONGEST_SLEEP_MS) schedule();
      return { session: row, resumed: known !== undefined };
    },
    detach(session, leave) {
      const row = rows.get(session.id);
      if (row?.leave === leave) row.leave = undefined;
    },
    touch(session) {
      const row = rows.get(session.id);
      if (row) row.lastSeen = Math.max(row.lastSeen, performance.now());
    },
    remove(session) {
      rows.delete(session.id);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
