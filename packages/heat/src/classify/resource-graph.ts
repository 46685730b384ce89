import { cyclicComponents, type Graph } from '@heddle/core';
import { attributeTarget, type HotCall, namedTarget } from '../model/hot.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { implicitTargets } from './implicit-order.ts';

/** An edge between two resources: the first one is created after the second one. */
export interface ResourceEdge {
  readonly from: string;
  readonly to: string;
}

/** Which resources Heat would create after which, with edges that it would get from inputs that it resolves. */
export class ResourceGraph {
  readonly #names: readonly string[];
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #own: Graph;

  constructor(template: Template) {
    this.#names = [...template.resources.keys()];
    this.#indexes = new Map(this.#names.map((name, index) => [name, index]));
    this.#own = [...template.resources.values()].map((resource) => this.#ownTargets(resource, template));
  }

  /** Cycles that the template has by itself, each as the names of its resources: Heat refuses them. */
  ownCycles(): readonly (readonly string[])[] {
    return cyclicComponents(this.#own).map((component) => component.map((vertex) => this.#names[vertex] ?? ''));
  }

  /** Tell for each edge whether Heat could keep it: false when it would be part of a cycle. */
  keepable(edges: readonly ResourceEdge[]): (edge: ResourceEdge) => boolean {
    const graph = this.#own.map((targets) => [...targets]);
    for (const { from, to } of edges) graph[this.#index(from)]?.push(this.#index(to));
    const componentOf = new Map<number, number>();
    for (const [number, component] of cyclicComponents(graph).entries()) {
      for (const vertex of component) componentOf.set(vertex, number);
    }
    return ({ from, to }) => {
      const [source, target] = [this.#index(from), this.#index(to)];
      return source !== target && (!componentOf.has(source) || componentOf.get(source) !== componentOf.get(target));
    };
  }

  #ownTargets(resource: TemplateResource, template: Template): readonly number[] {
    const { calls, dependsOn } = resource;
    const written = [...calls.flatMap((call) => resourceOf(call) ?? []), ...dependsOn.map(({ name }) => name)];
    const names = [...written, ...implicitTargets(resource, template)];
    return [...new Set(names)].flatMap((name) => this.#indexes.get(name) ?? []);
  }

  #index(name: string): number {
    return this.#indexes.get(name) ?? -1;
  }
}

/** The resource that a call reads, or whose name it gives. */
function resourceOf(call: HotCall): string | undefined {
  if (call.name === 'get_attr') return attributeTarget(call);
  return call.name === 'get_resource' ? namedTarget(call) : undefined;
}
