/** Knows when all servers of a store have refused a connection, and not only one whose certificate is being changed, or that lags behind. */
export interface Refusals {
  /** Note how a server answered; true when as many have refused in a row as there are, so that going on is of no use. */
  note(isRefusal: boolean): boolean;
}

/** Begin to count, for a store of so many servers that are asked in turn. */
export function countRefusals(servers: number): Refusals {
  let inARow = 0;
  return {
    note(isRefusal) {
      inARow = isRefusal ? inARow + 1 : 0;
      return inARow >= servers;
    },
  };
}
