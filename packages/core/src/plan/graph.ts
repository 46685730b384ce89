/** A directed graph over the vertices 0 to n-1: for each vertex, where its edges lead. */
export type Graph = readonly (readonly number[])[];

/**
 * Find the strongly connected components with more than one vertex: each holds at least one cycle.
 *
 * @see Tarjan 1972, with a stack of our own, so that a long chain of roles does not overflow the one of JavaScript.
 */
export function cyclicComponents(graph: Graph): readonly (readonly number[])[] {
  const order = graph.map(() => -1);
  const low = graph.map(() => 0);
  const isOpen = graph.map(() => false);
  const open: number[] = [];
  const components: number[][] = [];
  let next = 0;
  const enter = (vertex: number): { vertex: number; edge: number } => {
    order[vertex] = low[vertex] = next++;
    isOpen[vertex] = true;
    open.push(vertex);
    return { vertex, edge: 0 };
  };
  for (const start of graph.keys()) {
    if (order[start] !== -1) continue;
    const path = [enter(start)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { vertex } = frame;
      const target = graph[vertex]?.[frame.edge++];
      if (target === undefined) {
        path.pop();
        const parent = path.at(-1)?.vertex;
        if (parent !== undefined) low[parent] = Math.min(at(low, parent), at(low, vertex));
        if (low[vertex] !== order[vertex]) continue;
        const component = open.splice(open.lastIndexOf(vertex));
        for (const member of component) isOpen[member] = false;
        if (component.length > 1) components.push(component.sort((a, b) => a - b));
      } else if (order[target] === -1) {
        path.push(enter(target));
      } else if (isOpen[target]) {
        low[vertex] = Math.min(at(low, vertex), at(order, target));
      }
    }
  }
  return components.sort((a, b) => at(a, 0) - at(b, 0));
}

/** Find a shortest cycle through `start` within a component, without `start` at its end; it must be on one. */
export function shortestCycle(graph: Graph, component: readonly number[], start: number): readonly number[] {
  const inside = new Set(component);
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const vertex of queue) {
    for (const target of graph[vertex] ?? []) {
      if (target === start) return walkBack(cameFrom, start, vertex);
      if (!inside.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, vertex);
      queue.push(target);
    }
  }
  return [start];
}

function walkBack(cameFrom: ReadonlyMap<number, number>, start: number, end: number): readonly number[] {
  const path = [end];
  for (let vertex = end; vertex !== start; ) {
    vertex = cameFrom.get(vertex) ?? start;
    path.unshift(vertex);
  }
  return path;
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0;
}
