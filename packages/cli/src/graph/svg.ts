import type { GraphView } from '@heddle/core';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { dotText } from './dot.ts';

/** Draw a graph as one SVG file that needs nothing else: layered, from what comes first to what comes last. */
export async function svgText(view: GraphView): Promise<string> {
  const graphviz = await Graphviz.load();
  const drawn = graphviz.layout(dotText(view), 'svg', 'dot');
  // The prolog names a document type on another server; a picture within a page must have none.
  const svg = drawn.slice(drawn.indexOf('<svg')).replace(/<!--[\s\S]*?-->\n?/g, '');
  return svg
    .replace('<svg ', `<svg role="img" aria-label="${attribute(summary(view))}" `)
    .replaceAll('font-family="Helvetica,sans-Serif"', 'font-family="Helvetica,Arial,sans-serif"');
}

function summary({ deployment, epoch, boxes, edges }: GraphView): string {
  const roles = boxes.reduce((sum, { roles: { length } }) => sum + length, 0);
  const inputs = edges.filter(({ kind }) => kind === 'input').length;
  return `deployment ${deployment}${epoch === undefined ? '' : `, epoch ${epoch}`}: ${boxes.length} boxes, ${roles} roles, ${inputs} bindings`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
