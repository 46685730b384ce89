import { callsIn, type Hot, type HotCall } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import type { Template } from '../model/template.ts';

/**
 * Look for outputs of roles that nothing reads, neither an input nor an output of the template.
 *
 * @returns The warnings, one for each output.
 */
export function unusedOutputWarnings(template: Template, servers: ReadonlyMap<string, Server>): readonly string[] {
  const read = new NamesRead();
  read.addAll(callsIn(template.outputs));
  for (const { roles } of servers.values())
    for (const { inputs } of roles) for (const { calls } of inputs) read.addAll(calls);
  return [...servers.values()].flatMap(({ resource, outputs }) => {
    return [...outputs]
      .filter(([name]) => !read.has(resource, name))
      .map(([name, { output }]) =>
        template.source.warning(
          output.at,
          'W_UNUSED_OUTPUT',
          `nothing in the template reads the output "${name}" of "${resource}"`,
        ),
      );
  });
}

/** Which outputs expressions may read. */
class NamesRead {
  /** By resource; undefined for one of which any may be read, as the attribute is computed or all are taken. */
  readonly #byResource = new Map<string, Set<string> | undefined>();

  has(resource: string, output: string): boolean {
    if (!this.#byResource.has(resource)) return false;
    return this.#byResource.get(resource)?.has(output) ?? true;
  }

  addAll(calls: readonly HotCall[]): void {
    for (const { name, argument } of calls) {
      if (name !== 'get_attr' || argument.kind !== 'list') continue;
      const [resource, ...rest] = argument.items;
      if (resource?.kind === 'literal' && typeof resource.data === 'string') this.#add(resource.data, rest);
    }
  }

  /** A member of a group may be named in one text with its attribute. */
  #add(resource: string, rest: readonly Hot[]): void {
    const names = this.#byResource.has(resource) ? this.#byResource.get(resource) : new Set<string>();
    const isAny = rest.length === 0 || rest.some(({ kind }) => kind !== 'literal');
    this.#byResource.set(resource, isAny ? undefined : names);
    for (const { data } of rest) if (typeof data === 'string') for (const part of data.split('.')) names?.add(part);
  }
}
