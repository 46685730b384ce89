import { formatPath, memberName } from '@heddle/core';
import type { Reading } from './classify/reading.ts';
import { attributeTarget, callWords, type HotCall, namedTarget } from './model/hot.ts';
import type { Role, Server } from './model/role.ts';
import { isTelling } from './model/server-outputs.ts';
import type { ServerRead } from './model/server-read.ts';
import { type Data, writeData } from './read/data.ts';

/** One reference in an input of a role, and who resolves it. */
export interface ReferenceRow {
  readonly node: string;
  readonly role: string;
  readonly input: string;
  /** As the template writes it, short: `db.first_address`. */
  readonly reference: string;
  /** The resource, parameter or file that is read; absent when its name is computed. */
  readonly of?: string;
  readonly resolved: 'by Heat' | 'at run time';
  /** The function of Heat, or why it is exchanged at run time. */
  readonly by: string;
  readonly line: number;
}

/** List every reference in the inputs of all servers, in the order of the template. */
export function referenceRows(
  servers: ReadonlyMap<string, Server>,
  readings: ReadonlyMap<HotCall, Reading>,
  lineOf: (call: HotCall) => number,
): readonly ReferenceRow[] {
  const rows: ReferenceRow[] = [];
  for (const { node, roles } of servers.values()) {
    for (const role of roles) {
      for (const input of role.inputs) {
        for (const call of input.calls) {
          const reading = readings.get(call);
          if (reading === undefined) continue;
          const reference = shortReference(call);
          const of = call.name === 'get_attr' ? attributeTarget(call) : namedTarget(call);
          const line = lineOf(call);
          rows.push({
            node,
            role: role.name,
            input: formatPath(input.path),
            reference,
            ...(of === undefined ? {} : { of }),
            line,
            ...resolution(call, reading),
          });
        }
      }
    }
  }
  return rows;
}

function resolution(call: HotCall, reading: Reading): Pick<ReferenceRow, 'resolved' | 'by'> {
  switch (reading.kind) {
    case 'static':
      return { resolved: 'by Heat', by: callWords(call) };
    case 'output':
      return { resolved: 'at run time', by: writes(reading.role, reading.read) };
    case 'machine':
      return { resolved: 'at run time', by: `${reading.why}: ${publishes(reading.read)}` };
    case 'late':
      return { resolved: 'at run time', by: `${reading.why}: heddle seed --watch copies it from the stack's outputs` };
    case 'anyOutput':
      return { resolved: 'at run time', by: `a role of ${reading.server.node} writes it; Heat resolves which one` };
    case 'allAttributes':
      return { resolved: 'at run time', by: `roles of ${reading.server.node} write some; Heat resolves its own` };
  }
}

function producers({ server: { node }, members }: ServerRead): string {
  if (members === undefined) return node;
  return members.kind === 'one' ? memberName(node, members.index) : `all members of ${node}`;
}

function writes(role: Role, read: ServerRead): string {
  if (!isTelling(role)) return `role ${role.name} of ${producers(read)} writes it`;
  if (read.members?.kind === 'all') return `${producers(read)} tell it of their machines`;
  return `${producers(read)} tells it of its machine`;
}

function publishes(read: ServerRead): string {
  if (read.members?.kind === 'all') return `${producers(read)} publish it when they have booted`;
  return `${producers(read)} publishes it when it has booted`;
}

function shortReference({ name, argument }: HotCall): string {
  const items = argument.kind === 'list' ? argument.items.map(({ data }) => dataText(data)) : [];
  if (items.length > 0) return items.join('.');
  return argument.kind === 'literal' ? dataText(argument.data) : name;
}

function dataText(data: Data): string {
  return typeof data === 'string' ? data : writeData(data).replaceAll(/\s+/g, ' ');
}
