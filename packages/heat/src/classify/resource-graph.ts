import { cyclicComponents, type Graph } from '@heddle/core';
import { attributeTarget, callsIn, type Hot, namedTarget } from '../model/hot.ts';
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
    const { properties, metadata, dependsOn } = resource;
    const written = [...resourcesIn(properties), ...resourcesIn(metadata), ...dependsOn.map(({ name }) => name)];
    const names = [...written, ...implicitTargets(resource, template)];
    return [...new Set(names)].flatMap((name) => this.#indexes.get(name) ?? []);
  }

  #index(name: string): number {
    return this.#indexes.get(name) ?? -1;
  }
}

function* resourcesIn(hot: Hot): Generator<string> {
  for (const call of callsIn(hot)) {
    const name =
      call.name === 'get_attr' ? attributeTarget(call) : call.name === 'get_resource' ? namedTarget(call) : undefined;
    if (name !== undefined) yield name;
  }
}
