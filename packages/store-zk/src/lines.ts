/** What is pending on a link. The library forgets what it has queued when the connection ends, so this does not rely on it. */
export interface Lines {
  /** When the server was heard last, on the clock of `performance`. */
  readonly heardMs: number;
  readonly isLost: boolean;
  heard(): void;
  /** Make a request whose answer comes through a callback; rejects with the reason when the link is, or gets, lost. */
  ask<T>(send: (answer: (error: unknown, value?: T) => void) => void): Promise<T>;
  lose(reason: Error): void;
}

/** Begin with nothing pending. */
export function createLines(): Lines {
  const rejects = new Set<(reason: Error) => void>();
  let lost: Error | undefined;
  let heardMs = performance.now();
  return {
    get heardMs() {
      return heardMs;
    },
    get isLost() {
      return lost !== undefined;
    },
    heard() {
      heardMs = performance.now();
    },
    ask<T>(send: (answer: (error: unknown, value?: T) => void) => void): Promise<T> {
      return new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        rejects.add(reject);
        send((error, value) => {
          rejects.delete(reject);
          if (error) reject(lost ?? error);
          else resolve(value as T);
        });
      });
    },
    lose(reason) {
      lost = reason;
      for (const reject of rejects) reject(reason);
      rejects.clear();
    },
  };
}
