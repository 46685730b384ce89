import { HeddleError, suggest } from '@heddle/core';
import type { Accident } from '@heddle/testkit/simulator';
import { findNode, type SizedPlan } from './find-node.ts';
import type { Failure, Moment, Outage } from './options.ts';

export interface AccidentFlags {
  readonly kill?: readonly Moment[];
  readonly restart?: readonly Moment[];
  readonly fail?: readonly Failure[];
  readonly storeDown?: readonly Outage[];
}

/** Look up what the flags let happen to machines and the store. Throws usage, not-found. */
export function accidentsOf(flags: AccidentFlags, sized: SizedPlan): readonly Accident[] {
  const { kill = [], restart = [], storeDown = [] } = flags;
  const kills = kill.map(({ node, atMs }): Accident => {
    return { kind: 'kill', node: findNode(sized, '--kill', node).name, atMs };
  });
  const restarts = restart.map(({ node, atMs }): Accident => {
    const { name } = findNode(sized, '--restart', node);
    const isKilled = kills.some((other) => other.kind === 'kill' && other.node === name && other.atMs < atMs);
    if (!isKilled)
      throw new HeddleError('usage', `--restart ${node}: nothing kills ${name} before`, {
        next: [`--kill ${name}@TIME  lets its machine be lost`],
      });
    return { kind: 'restart', node: name, atMs };
  });
  return [...kills, ...restarts, ...storeDown.map((outage): Accident => ({ kind: 'store-down', ...outage }))];
}

/** Look up which roles are to fail: milliseconds of their own work by `NODE.ROLE`; undefined: half of it. Throws usage, not-found. */
export function failuresOf({ fail = [] }: AccidentFlags, sized: SizedPlan): ReadonlyMap<string, number | undefined> {
  return new Map(
    fail.map(({ node, role, afterMs }) => {
      const { name, alike } = findNode(sized, '--fail', node);
      const known = alike.roles.map((own) => own.name);
      if (!known.includes(role))
        throw new HeddleError('not-found', `--fail: ${name} has no role ${role}${suggest(role, known, 'it has')}`);
      return [`${name}.${role}`, afterMs];
    }),
  );
}
