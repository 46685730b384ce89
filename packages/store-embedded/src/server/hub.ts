import { type Engine, startEngine } from '../engine/engine.ts';
import { type Change, type Outcome } from '../engine/evaluate.ts';
import { createSessions, type Sessions } from '../engine/sessions.ts';
import { createWatches, type Watches } from '../engine/watches.ts';

/** What all connections of one server share. */
export interface Hub {
  readonly engine: Engine;
  readonly sessions: Sessions;
  readonly watches: Watches;
  change(change: Change): Promise<Outcome>;
  /** End a session and remove its liveness entries; resolves when that is durable. */
  endSession(id: string): Promise<void>;
  /** Finish the writes that are queued and close the log. */
  stop(): Promise<void>;
}

/** Recover a folder and put engine, sessions and watches together. Throws `corrupt`. */
export async function startHub(folder: string): Promise<Hub> {
  const watches: Watches = createWatches(() => engine);
  const engine: Engine = await startEngine({ folder, changed: (encoded) => watches.changed(encoded) });
  const endSession = async (id: string): Promise<void> => {
    await engine.change({ kind: 'end', session: id });
  };
  const sessions = createSessions(engine.sessions(), endSession);
  return {
    engine,
    sessions,
    watches,
    change: (change) => engine.change(change),
    endSession,
    async stop() {
      sessions.stop();
      await engine.stop();
    },
  };
}
