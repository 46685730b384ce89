import type { Dice } from '../program/random-program.ts';
import { type Climate, calm } from './weather.ts';

/** Something that goes wrong with a machine, or with the store. */
export type Fault =
  | { readonly kind: 'disconnect' | 'pause'; readonly atMs: number; readonly node: string; readonly durationMs: number }
  /** So long that whoever is steward declares it lost. */
  | {
      readonly kind: 'cut-for-long' | 'paused-for-long';
      readonly atMs: number;
      readonly node: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'store-outage'; readonly atMs: number; readonly durationMs: number }
  | {
      readonly kind: 'crash-and-restart';
      readonly atMs: number;
      readonly node: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'machine-lost'; readonly atMs: number; readonly node: string; readonly durationMs: number }
  /** It is declared lost while it is stopped, and wakes up later. */
  | {
      readonly kind: 'paused-and-lost';
      readonly atMs: number;
      readonly node: string;
      readonly durationMs: number;
      readonly asleepMs: number;
    }
  /** Somebody aborts the deployment. */
  | { readonly kind: 'abort'; readonly atMs: number }
  | { readonly kind: 'clock-jump'; readonly atMs: number; readonly node: string; readonly byMs: number };

/**
 * Milliseconds that a node is gone until its session has ended and the grace period has passed; less, with a store outage beside it, than the
 * two minutes for which an agent tries to write.
 */
const longMs = [72_000, 79_000] as const;

/** Choose how the small things of a world go. */
export function randomClimate(dice: Dice): Climate {
  const kind = dice.weighted({ calm: 15, slow: 25, rough: 60 });
  if (kind === 'calm') return calm;
  const slow: Climate = {
    ...calm,
    latencyMs: dice.pick([5, 20, 100]),
    slow: 0.05,
    slowMs: dice.pick([300, 1000, 3000]),
    stale: dice.pick([0.1, 0.4]),
    staleMs: dice.pick([200, 2000]),
    coalesced: dice.pick([0, 0.5, 1]),
  };
  if (kind === 'slow') return slow;
  return { ...slow, refused: 0.01, lostReply: 0.02, late: 0.01, never: 0.01 };
}

/** Choose when somebody aborts the deployment; most are not. */
export function randomAbort(dice: Dice): Fault[] {
  return dice.chance(0.1) ? [{ kind: 'abort', atMs: dice.between(0, dice.pick([3000, 10_000, 30_000])) }] : [];
}

/** Choose what goes wrong with the machines of a world, and when; nothing in some worlds. */
export function randomFaults(dice: Dice, nodes: readonly string[], withCrashes: boolean): Fault[] {
  if (dice.chance(0.3)) return [];
  return Array.from({ length: dice.between(1, 4) }, (): Fault => {
    const atMs = dice.between(0, dice.pick([3000, 15_000, 60_000]));
    const node = dice.pick(nodes);
    const durationMs = dice.pick([dice.between(10, 2000), dice.between(2000, 9000), dice.between(11_000, 40_000)]);
    const kind = dice.weighted({
      disconnect: 30,
      pause: 15,
      'store-outage': 10,
      'clock-jump': 10,
      'crash-and-restart': withCrashes ? 20 : 0,
      'machine-lost': withCrashes ? 15 : 0,
      'paused-and-lost': withCrashes ? 15 : 0,
      'cut-for-long': withCrashes ? 7 : 0,
      'paused-for-long': withCrashes ? 7 : 0,
    });
    if (kind === 'store-outage') return { kind, atMs, durationMs };
    if (kind === 'clock-jump') return { kind, atMs, node, byMs: dice.between(-3_600_000, 3_600_000) };
    if (kind === 'paused-and-lost') return { kind, atMs, node, durationMs, asleepMs: dice.between(10, 30_000) };
    if (kind === 'cut-for-long' || kind === 'paused-for-long')
      return { kind, atMs, node, durationMs: dice.between(...longMs) };
    return { kind, atMs, node, durationMs };
  });
}
