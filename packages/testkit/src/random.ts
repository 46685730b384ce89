/** A random sequence that can be repeated. */
export interface Random {
  readonly seed: number;
  /** The next number, 0 <= number < 1. */
  random(): number;
}

/** Start a random sequence. @param seed  @default the environment's HEDDLE_TEST_SEED, or else a new one */
export function createRandom(
  seed = Number(process.env['HEDDLE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32)),
): Random {
  let state = seed >>> 0;
  return {
    seed,
    // mulberry32, by Tommy Ettinger (public domain).
    random() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** Pick one of several, each as likely as the others. */
export function pickOne<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
