import { callsIn, type Hot } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import type { Template } from '../model/template.ts';

/**
 * Look for outputs of roles that nothing reads, neither an input nor an output of the template.
 *
 * @returns The warnings, one for each output.
 */
export function unusedOutputWarnings(template: Template, servers: ReadonlyMap<string, Server>): readonly string[] {
  const read = new Set(namesRead(template.outputs));
  for (const { roles } of servers.values()) {
    for (const { inputs } of roles) for (const { value } of inputs) for (const name of namesRead(value)) read.add(name);
  }
  return [...servers.values()].flatMap(({ resource, outputs }) => {
    if (read.has(everyName(resource))) return [];
    return [...outputs]
      .filter(([name]) => !read.has(nameOf(resource, name)))
      .map(([name, { output }]) =>
        template.source.warning(
          output.at,
          'W_UNUSED_OUTPUT',
          `nothing in the template reads the output "${name}" of "${resource}"`,
        ),
      );
  });
}

/** Which outputs an expression may read; a member of a group may be named in one text with its attribute. */
function* namesRead(hot: Hot): Generator<string> {
  for (const { name, argument } of callsIn(hot)) {
    if (name !== 'get_attr' || argument.kind !== 'list') continue;
    const [resource, ...rest] = argument.items;
    if (resource?.kind !== 'literal' || typeof resource.data !== 'string') continue;
    for (const segment of rest) {
      if (segment.kind !== 'literal') yield everyName(resource.data);
      else if (typeof segment.data === 'string')
        for (const part of segment.data.split('.')) yield nameOf(resource.data, part);
    }
    if (rest.length === 0) yield everyName(resource.data);
  }
}

function nameOf(resource: string, output: string): string {
  return JSON.stringify([resource, output]);
}

/** For reads whose attribute is computed, or that take all. */
function everyName(resource: string): string {
  return JSON.stringify([resource]);
}
