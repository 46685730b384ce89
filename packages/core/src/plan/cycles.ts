import { joinWords } from '../text/did-you-mean.ts';
import { cyclicComponents, shortestCycle } from './graph.ts';
import type { RoleGraph } from './role-graph.ts';
import type { Source } from './source.ts';

/** Report each cycle of `after` and the order of roles: none of its roles could ever start. */
export function checkStrictCycles(graph: RoleGraph, source: Source): void {
  for (const component of cyclicComponents(graph.strict)) {
    const start = component.find((vertex) => (graph.declared(vertex)?.role.after.length ?? 0) > 0);
    if (start === undefined) continue;
    const [first = '', ...others] = graph.names(shortestCycle(graph.strict, component, start));
    const chain = [...others, first].join(', which waits for ');
    const at = graph.declared(start)?.role.after[0]?.at ?? [];
    source.problems.report(at, `these roles can never start: ${first} waits for ${chain}`);
  }
}

/** Write a warning for each cycle that inputs take part in: it ends well when every role writes before it reads. */
export function cycleWarnings(graph: RoleGraph, source: Source): readonly string[] {
  return cyclicComponents(graph.all).flatMap((component) => {
    const runs = graph.names(component);
    return runs.length < 2 ? [] : [warning(component, graph, source)];
  });
}

function warning(component: readonly number[], graph: RoleGraph, source: Source): string {
  const inside = new Set(component);
  const leadsInside = (targets: readonly number[] | undefined): boolean =>
    targets?.some((target) => inside.has(target)) ?? false;
  const roles = new Set(
    component.flatMap((vertex) => graph.declared(vertex) ?? []).map(({ node, role }) => `${node.name}.${role.name}`),
  );
  const reader = component.find((vertex) => graph.declared(vertex) !== undefined && leadsInside(graph.reads[vertex]));
  const at = (reader === undefined ? undefined : graph.declared(reader))?.role.at ?? [];
  const names = joinWords([...roles]);
  const place = `${source.file}:${source.locate(at).line}:`;
  if (component.some((vertex) => graph.declared(vertex) !== undefined && leadsInside(graph.strict[vertex]))) {
    return (
      `${place} ${names} wait for one another, partly by "after" or by the order of roles on a node: ` +
      'a role that has not started writes nothing, so this can end in a deadlock'
    );
  }
  const who = roles.size === 1 ? `the members of ${names}` : names;
  return `${place} ${who} read outputs of one another: this ends well if each writes what the others need before it reads`;
}
