import type { OutputMoment, RoleModel } from '@heddle/testkit/simulator';
import type { durationsOf } from './durations.ts';

export interface ModelOptions {
  readonly outputs: OutputMoment;
  readonly durations: ReturnType<typeof durationsOf>;
  /** Percent that a role may work longer or shorter. */
  readonly spread: number;
  /** Milliseconds of their own work after which roles fail, by `NODE.ROLE`; undefined: half of it. */
  readonly failures: ReadonlyMap<string, number | undefined>;
}

/** Build what is taken for granted of roles, with the chance of one seed. */
export function roleModel({ outputs, durations, spread, failures }: ModelOptions): (random: () => number) => RoleModel {
  return (random) => ({
    outputs,
    durationMs: (node, role) => durations(node, role) * (1 + (spread / 100) * (2 * random() - 1)),
    failsAfterMs(node, role, durationMs) {
      const name = `${node.name}.${role.name}`;
      if (!failures.has(name)) return undefined;
      return Math.min(failures.get(name) ?? durationMs / 2, durationMs);
    },
  });
}
