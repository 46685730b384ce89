import { type Expression, memberName } from '@heddle/core';
import type { Reading } from '../classify/reading.ts';

/**
 * Compile the read of a value that the machines exchange: of one node, or gathered from all members of a group.
 *
 * @param index  Of the reader in its group.
 */
export function runtimeRead(reading: Extract<Reading, { kind: 'output' | 'machine' }>, index: number): Expression {
  const { server, read } = reading;
  const isLocal = reading.kind === 'output' && reading.isLocal;
  const { node, group } = server;
  const { members } = read;
  const output = reading.kind === 'machine' ? reading.fact : (read.attribute ?? '');
  const segments = read.segments ?? [];
  if (group === undefined || members === undefined) {
    return isLocal ? { kind: 'local', output, segments } : { kind: 'reference', node, output, segments };
  }
  if (members.kind === 'one') {
    if (isLocal && members.index === index) return { kind: 'local', output, segments };
    return { kind: 'reference', node: memberName(node, members.index), output, segments };
  }
  // A parameter can say that a group has no members; nobody gathers from them.
  if (group.count === 0) return { kind: 'constant', value: members.as === 'list' ? [] : {} };
  return { kind: 'gather', group: node, count: group.count, output, segments, as: members.as };
}
