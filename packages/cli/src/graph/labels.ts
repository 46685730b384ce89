import type { GraphBox, GraphEdge, GraphRole, GraphView } from '@heddle/core';

const mostOutputs = 6;
const longestLine = 36;

/** Name a box: a node, or a group with the number of its members. */
export function boxLabel({ name, count }: GraphBox): string {
  return count === undefined ? name : `${name.replace('[*]', '')} × ${count}`;
}

/** What stands in a role's box: its name, its tool, and what becomes of it. */
export function roleLines({ name, adapter, state, counts, outdated, wave, isCritical, now }: GraphRole): {
  name: string;
  details: readonly string[];
} {
  const states =
    counts === undefined
      ? state
      : Object.entries(counts)
          .map(([key, count]) => `${count} ${key}`)
          .join(', ');
  return {
    name,
    details: [
      adapter,
      ...(states === undefined ? [] : [`${states}${outdatedText(outdated, counts !== undefined)}`]),
      ...(wave === undefined ? [] : [`wave ${wave}${isCritical === true ? ', critical' : ''}`]),
      ...(now === undefined ? [] : [short(now)]),
    ],
  };
}

function outdatedText(outdated: number | undefined, isGroup: boolean): string {
  return outdated === undefined ? '' : isGroup ? `, ${outdated} outdated` : ', outdated';
}

/** What stands at an edge: the outputs that are read, and in words what its colour says. */
export function edgeLines(edge: GraphEdge): readonly string[] {
  const shown = edge.outputs.slice(0, edge.outputs.length > mostOutputs ? mostOutputs - 1 : mostOutputs);
  const more = edge.outputs.length - shown.length;
  const words =
    edge.kind === 'input' || edge.kind === 'by-name' || edge.kind === 'static'
      ? [...shown, ...(more > 0 ? [`and ${more} more`] : [])]
      : [edge.kind === 'after' ? 'after' : ''];
  return [...words, ...markLines(edge)].filter((line) => line !== '');
}

function markLines({ isStuck, waiting, isCyclic, isCritical, kind }: GraphEdge): readonly string[] {
  if (kind === 'static') return ['(by Heat)'];
  if (isCritical === true) return [isCyclic ? '(critical, cycle)' : '(critical)'];
  const waits = waiting === 0 ? [] : [waiting === 1 ? '(waiting)' : `(${waiting} waiting)`];
  if (isStuck) return ['(deadlock)', ...waits];
  return isCyclic && kind !== 'order' ? ['(cycle)', ...waits] : waits;
}

function short(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length <= longestLine ? line : `${line.slice(0, longestLine - 1)}…`;
}

const mostReaders = 5;

/** What is not in the picture; undefined when all is. */
export function missingNote({ readByName, epoch }: GraphView): string | undefined {
  if (readByName.length === 0) return undefined;
  const more = readByName.length - mostReaders;
  const roles = `${readByName.slice(0, mostReaders).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const when = epoch === undefined ? 'not drawn' : 'drawn only while it is waited for, dashed';
  return `${when}: what ${roles} may read by name (search of Chef, hostvars of Ansible)`;
}

/** The edges that are drawn: that one role of a node comes after another says nothing new where it reads from it, too. */
export function drawnEdges({ edges }: GraphView): readonly GraphEdge[] {
  const strong = new Set(edges.filter(({ kind }) => kind !== 'order').map(({ from, to }) => `${from} ${to}`));
  return edges.filter(({ kind, from, to, isCritical }) => {
    return kind !== 'order' || isCritical === true || !strong.has(`${from} ${to}`);
  });
}
