/** Who is told by the watches of one kind on one link. */
export interface Arming {
  /** Add somebody to tell at the next event of a path, and answer the function to hand to the library. */
  arm(path: string, changed: () => void): () => void;
  /** Take the server's answer: whether it has set the watch. */
  answered(path: string, changed: () => void, isSet: boolean): void;
  drop(path: string, changed: () => void): void;
}

interface Armed {
  readonly fire: () => void;
  readonly waiting: Set<() => void>;
  /** True once the library has the function. */
  isSet: boolean;
}

/**
 * Create the table: one function for each path, whoever asks.
 *
 * The library keeps every different function until its path fires, and cannot remove a watch.
 */
export function createArming(): Arming {
  const table = new Map<string, Armed>();
  const drop = (path: string, changed: () => void): void => {
    const armed = table.get(path);
    armed?.waiting.delete(changed);
    if (armed && !armed.isSet && armed.waiting.size === 0) table.delete(path);
  };
  return {
    arm(path, changed) {
      const found = table.get(path);
      if (found) {
        found.waiting.add(changed);
        return found.fire;
      }
      const waiting = new Set([changed]);
      const fire = (): void => {
        if (table.get(path)?.fire === fire) table.delete(path);
        for (const tell of waiting) tell();
      };
      table.set(path, { fire, waiting, isSet: false });
      return fire;
    },
    answered(path, changed, isSet) {
      const armed = table.get(path);
      if (armed && isSet) armed.isSet = true;
      if (!isSet) drop(path, changed);
    },
    drop,
  };
}
