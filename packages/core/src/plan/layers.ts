import { cyclicComponents } from './graph.ts';

/** An edge from what comes first to what comes later. */
export interface LayerEdge {
  readonly from: number;
  readonly to: number;
  /** True: may be left out where it closes a cycle. */
  readonly isSoft: boolean;
}

/** Where a vertex stands when everything is as early as it can be. */
export interface Layering {
  /** For each vertex the largest sum of weights on a way that ends with it, its own weight included. */
  readonly ends: readonly number[];
  /** For each vertex the edge by which that way comes to it; undefined for a vertex that comes first. */
  readonly by: readonly (LayerEdge | undefined)[];
}

/**
 * Lay out a graph by its longest ways, in time linear in vertices and edges.
 *
 * Soft edges within a cycle do not count, then no edges within a cycle of those that are left.
 * @param weights  Of each vertex, at least 0.
 */
export function layersOf(weights: readonly number[], edges: readonly LayerEdge[]): Layering {
  const firm = outsideCycles(weights.length, edges, ({ isSoft }) => isSoft);
  return longestWays(
    weights,
    outsideCycles(weights.length, firm, () => true),
  );
}

/** Leave out the edges within a cycle that `mayGo`. */
function outsideCycles(
  size: number,
  edges: readonly LayerEdge[],
  mayGo: (edge: LayerEdge) => boolean,
): readonly LayerEdge[] {
  const components = new Map<number, number>();
  const graph = Array.from({ length: size }, (): number[] => []);
  for (const { from, to } of edges) graph[from]?.push(to);
  for (const [number, component] of cyclicComponents(graph).entries()) {
    for (const vertex of component) components.set(vertex, number);
  }
  return edges.filter((edge) => {
    const component = components.get(edge.from);
    const isInside = edge.from === edge.to || (component !== undefined && component === components.get(edge.to));
    return !isInside || !mayGo(edge);
  });
}

/** @see Kahn 1962 */
function longestWays(weights: readonly number[], edges: readonly LayerEdge[]): Layering {
  const outgoing = weights.map((): LayerEdge[] => []);
  const open = weights.map(() => 0);
  for (const edge of edges) {
    outgoing[edge.from]?.push(edge);
    open[edge.to] = (open[edge.to] ?? 0) + 1;
  }
  const ends = [...weights];
  const by = weights.map((): LayerEdge | undefined => undefined);
  const ready = [...weights.keys()].filter((vertex) => open[vertex] === 0);
  for (const vertex of ready) {
    for (const edge of outgoing[vertex] ?? []) {
      const end = (ends[vertex] ?? 0) + (weights[edge.to] ?? 0);
      if (by[edge.to] === undefined || end > (ends[edge.to] ?? 0)) {
        ends[edge.to] = end;
        by[edge.to] = edge;
      }
      open[edge.to] = (open[edge.to] ?? 0) - 1;
      if (open[edge.to] === 0) ready.push(edge.to);
    }
  }
  return { ends, by };
}
