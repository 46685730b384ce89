import type { GraphBox, GraphEdge, GraphRole, GraphView } from '@heddle/core';
import { edgeColour, roleColours } from './colours.ts';
import { boxLabel, drawnEdges, edgeLines, missingNote, roleLines } from './labels.ts';

/** Write a graph in the DOT language of Graphviz. */
export function dotText(view: GraphView): string {
  const note = missingNote(view);
  return [
    `digraph ${quoted(view.deployment)} {`,
    '  rankdir=LR; compound=true; ranksep=0.7; nodesep=0.25;',
    '  fontname="Helvetica"; fontsize=13; fontcolor="#111827";',
    ...(note === undefined ? [] : [`  label=${quoted(note)}; labelloc="b"; labeljust="l";`]),
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=12, fontcolor="#111827", margin="0.14,0.08"];',
    '  edge [fontname="Helvetica", fontsize=10, arrowsize=0.7];',
    ...view.boxes.flatMap((box, index) => boxLines(box, index)),
    ...drawnEdges(view).map(edgeLine),
    '}',
    '',
  ].join('\n');
}

function boxLines(box: GraphBox, index: number): readonly string[] {
  return [
    `  subgraph cluster_${index} {`,
    `    label=${quoted(boxLabel(box))}; style="rounded,filled"; fillcolor="#fafafa"; color="#9ca3af"; penwidth=${box.count === undefined ? 1 : 2};`,
    ...box.roles.map((role) => `    ${roleLine(role)}`),
    '  }',
  ];
}

function roleLine(role: GraphRole): string {
  const { name, details } = roleLines(role);
  const { fill, line } = roleColours(role);
  const width = role.isCritical === true ? ', penwidth=2' : '';
  const small = details.map((text) => `<br/><font point-size="10">${html(text)}</font>`).join('');
  return `${quoted(role.id)} [label=<<b>${html(name)}</b>${small}>, fillcolor="${fill}", color="${line}"${width}, tooltip=${quoted(role.id)}];`;
}

function edgeLine(edge: GraphEdge): string {
  const colour = edgeColour(edge);
  const lines = edgeLines(edge);
  const isStrong = edge.isStuck || edge.waiting > 0 || edge.isCritical === true;
  const attributes = [
    ...(lines.length === 0 ? [] : [`label=${quoted(lines.join('\n'))}`]),
    `color="${colour}"`,
    `fontcolor="${colour}"`,
    ...(edge.kind === 'input' ? [] : [`style=${edge.kind === 'order' ? 'dotted' : 'dashed'}`]),
    ...(isStrong ? ['penwidth=2'] : []),
    // What only goes back in a cycle, or stays in its box, does not decide the order of the columns.
    ...(edge.kind === 'order' ? ['weight=4'] : []),
    `tooltip=${quoted(`${edge.from} to ${edge.to}`)}`,
  ];
  return `  ${quoted(edge.from)} -> ${quoted(edge.to)} [${attributes.join(', ')}];`;
}

/** A string of DOT: a backslash and a quote are escaped, a newline is `\n`. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
