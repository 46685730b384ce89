import type { GraphEdge, GraphRole, GraphView } from '@heddle/core';
import { edgeColour, roleColours } from './colours.ts';
import { boxLabel, drawnEdges, edgeLines, missingNote, roleLines } from './labels.ts';

/** Write a graph in the language of Mermaid, which Git hosts draw in Markdown. */
export function mermaidText(view: GraphView): string {
  const ids = new Map(
    view.boxes.flatMap(({ roles }) => roles.map(({ id }) => id)).map((id, index) => [id, `r${index}`]),
  );
  const boxes = view.boxes.flatMap((box, index) => [
    `  subgraph n${index}["${escaped(boxLabel(box))}"]`,
    ...box.roles.map((role) => {
      const { name, details } = roleLines(role);
      return `    ${ids.get(role.id)}["${[`<b>${escaped(name)}</b>`, ...details.map(escaped)].join('<br/>')}"]:::${classOf(role)}`;
    }),
    '  end',
  ]);
  const used = new Map(view.boxes.flatMap(({ roles }) => roles.map((role) => [classOf(role), roleColours(role)])));
  const classes = [...used].map(
    ([name, { fill, line }]) => `  classDef ${name} fill:${fill},stroke:${line},color:#111827`,
  );
  const edges = drawnEdges(view);
  const note = missingNote(view);
  return [
    'flowchart LR',
    ...boxes,
    ...(note === undefined ? [] : [`  note["${escaped(note)}"]`, '  style note fill:none,stroke:none']),
    ...edges.map((edge) => edgeLine(edge, ids)),
    ...edges.flatMap((edge, index) => styleLine(edge, index)),
    ...classes,
    '',
  ].join('\n');
}

function classOf({ state, outdated = 0 }: GraphRole): string {
  return state === 'done' && outdated > 0 ? 'outdated' : (state ?? 'planned');
}

function edgeLine(edge: GraphEdge, ids: ReadonlyMap<string, string>): string {
  const words = edgeLines(edge).map(escaped).join('<br/>');
  const arrow = edge.kind === 'input' ? '-->' : '-.->';
  return `  ${ids.get(edge.from)} ${arrow}${words === '' ? '' : `|"${words}"|`} ${ids.get(edge.to)}`;
}

function styleLine(edge: GraphEdge, index: number): readonly string[] {
  const isMarked = edge.isStuck || edge.waiting > 0 || (edge.isCyclic && edge.kind !== 'order');
  if (!isMarked) return [];
  const colour = edgeColour(edge);
  return [
    `  linkStyle ${index} stroke:${colour},color:${colour},stroke-width:${edge.isStuck || edge.waiting > 0 ? 3 : 2}px`,
  ];
}

/** Mermaid reads `#name;` as a character, and HTML within quotes. */
function escaped(text: string): string {
  return text.replace(/[#&<>"]/g, (char) => `#${char.charCodeAt(0)};`);
}
