import { epochKeys, isEnded } from '@heddle/core';
import { nameOf, type Program } from '../program/program.ts';
import type { World } from '../world/world.ts';
import type { Timeline } from './timeline.ts';

/** Say which writes stand in the store's history that may not be there: of agents that had been replaced, and of roles that had ended. */
export function checkHistory(program: Program, world: World, timeline: Timeline): string[] {
  const problems: string[] = [...checkOlderEpoch(world)];
  const { truth, epoch } = world;
  for (const node of program.nodes) {
    const taken = truth.history(epoch.keys.incarnation(node.name));
    const incarnationAt = (version: number): string =>
      String(taken.filter((change) => change.version < version).length);
    for (const role of node.roles) {
      const name = nameOf(node.name, role.name);
      const records = timeline.records(name);
      for (const [index, { version, record }] of records.entries()) {
        const before = records[index - 1]?.record;
        if (before?.incarnation === record.incarnation && isEnded(before.state) && isEnded(record.state))
          problems.push(`${name}: its record was written again after its end`);
        if (record.incarnation !== incarnationAt(version))
          problems.push(
            `${name}: start ${record.incarnation} wrote a record after start ${incarnationAt(version)} had the node`,
          );
      }
      for (const output of role.outputs) {
        for (const value of timeline.values(nameOf(node.name, output))) {
          const of = nameOf(node.name, output);
          if (value.incarnation !== incarnationAt(value.version))
            problems.push(
              `${of}: start ${value.incarnation} wrote it after start ${incarnationAt(value.version)} had the node`,
            );
          const last = records.filter((record) => record.version < value.version).at(-1)?.record;
          if (last?.incarnation === value.incarnation && isEnded(last.state))
            problems.push(`${of} was written after the end record of its role`);
        }
      }
    }
  }
  return problems;
}

/** What only agents write. */
const agentsBranches: ReadonlySet<string | undefined> = new Set([
  'values',
  'roles',
  'incarnations',
  'members',
  'waits',
  'gathers',
]);

/** Nobody writes to an epoch that is closed, whenever he wakes up. */
function checkOlderEpoch({ truth, epoch }: World): string[] {
  const older = Number(epoch.keys.epoch) - 1;
  if (older === 0) return [];
  const keys = epochKeys(epoch.deployment, String(older));
  const closed = truth.history(keys.open()).at(-1);
  if (closed === undefined) return [];
  const isOlder = (key: readonly string[]): boolean => key[1] === keys.epoch && agentsBranches.has(key[2]);
  return truth.changes
    .filter(({ key, version, value }) => version > closed.version && value !== undefined && isOlder(key))
    .map(({ key }) => `${key.join('/')} was written after its epoch had been closed`);
}
