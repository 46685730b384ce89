import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';
import { addNamedResources, dependenciesOf } from './call-data.ts';
import { isConfig } from './read-config.ts';
import { hostProperty } from './read-deployment.ts';
import type { ComponentReading, Deployment } from './terms.ts';

/** Lets servers be created after what their deployments came after: then their roles do, too. */
export class ServerOrder {
  readonly #reading: ComponentReading;
  readonly #needs = new Map<string, ReadonlySet<string>>();
  readonly #added = new Map<string, Set<string>>();

  constructor(reading: ComponentReading) {
    this.#reading = reading;
  }

  /** Take the resources, no deployments, that a deployment depends on. */
  add({ resource, dependsOn, hosts }: Deployment): void {
    const { resources, source, warn } = this.#reading;
    for (const { name, at } of dependsOn) {
      const target = entryOf(resources, name);
      if (target === undefined) {
        source.report(at, 'E_REF', `there is no resource "${name}"`);
        continue;
      }
      if (hostProperty(target) !== undefined || isConfig(target)) continue;
      for (const host of hosts) {
        if (name === host.resource || this.#comesAfter(host.resource, name)) continue;
        if (this.#comesAfter(name, host.resource)) {
          const text = `"${name}" is created after the server "${host.resource}", and a role of the server cannot wait for it: take it out of depends_on, and let "${resource}" itself wait for what it needs of it`;
          source.report(at, 'E_COMPONENT', text);
          continue;
        }
        warn(
          at,
          `the server "${host.resource}" is created after "${name}", so that its role "${resource}" runs after it`,
        );
        this.#added.set(host.resource, (this.#added.get(host.resource) ?? new Set()).add(name));
      }
    }
  }

  /** What a resource depends on besides what it says. */
  addedTo(resource: string): readonly string[] {
    return [...(this.#added.get(resource) ?? [])];
  }

  #comesAfter(later: string, earlier: string): boolean {
    const seen = new Set([later]);
    const open = [later];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === earlier) return true;
      for (const name of this.#needsOf(next)) {
        if (seen.has(name)) continue;
        seen.add(name);
        open.push(name);
      }
    }
    return false;
  }

  /** Not those of deployments: what a role needs it waits for itself. */
  #needsOf(name: string): ReadonlySet<string> {
    const known = this.#needs.get(name);
    if (known !== undefined) return known;
    const names = new Set<string>();
    const resource = entryOf(this.#reading.resources, name);
    if (isDataMap(resource) && hostProperty(resource) === undefined) {
      addNamedResources(resource, names);
      for (const dependency of dependenciesOf(resource, [])) names.add(dependency.name);
    }
    this.#needs.set(name, names);
    return names;
  }
}

/** Give a resource with other dependencies: without those that are gone, and with those that are added. */
export function withDependencies(resource: DataMap, gone: ReadonlySet<string>, added: readonly string[]): DataMap {
  const { depends_on: written, ...rest } = resource;
  const all: readonly Data[] =
    written === undefined || written === null ? [] : isDataList(written) ? written : [written];
  const left = all.filter((name) => typeof name !== 'string' || !gone.has(name));
  if (left.length === all.length && added.length === 0) return resource;
  const names = [...left, ...added.filter((name) => !left.includes(name))];
  return names.length === 0 ? rest : { ...rest, depends_on: names };
}
