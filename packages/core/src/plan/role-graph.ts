import { memberName } from '../expressions/expression.ts';
import { type Need, references } from '../expressions/references.ts';
import type { AfterTarget } from './after.ts';
import type { Graph } from './graph.ts';
import type { DeclaredRole, Model, RoleDeclaration } from './model.ts';
import type { PlanNode, PlanRole } from './plan.ts';

/** Who waits for whom, over the runs of all roles; an edge leads from the one that waits. */
export class RoleGraph {
  /** `after`, and the order of roles on a node. */
  readonly strict: Graph;
  /** Inputs that wait. */
  readonly reads: Graph;
  /** Both. */
  readonly all: Graph;
  readonly #model: Model;
  readonly #groups: ReadonlyMap<string, string | null>;
  readonly #names: string[] = [];
  readonly #declared = new Map<number, RoleDeclaration>();
  readonly #byName = new Map<string, number>();

  constructor(nodes: readonly PlanNode[], after: ReadonlyMap<DeclaredRole, readonly AfterTarget[]>, model: Model) {
    this.#model = model;
    this.#groups = new Map(nodes.map(({ name, group }) => [name, group]));
    const strict: number[][] = [];
    const reads: number[][] = [];
    // First all runs in the order of the file: messages name roles in the order of their vertices.
    for (const { name, roles } of nodes) for (const role of roles) this.#vertex(name, role.name);
    for (const { name, group, roles } of nodes) {
      const node = model.nodes.get(group ?? name);
      if (node === undefined) continue;
      for (const [place, role] of roles.entries()) {
        const declared = node.roles[place];
        if (declared === undefined) continue;
        const vertex = this.#vertex(name, role.name);
        this.#declared.set(vertex, { node, role: declared });
        const previous = roles[place - 1];
        if (previous !== undefined) edges(strict, vertex).push(this.#vertex(name, previous.name));
        this.#addAfter(strict, vertex, after.get(declared) ?? []);
        this.#addReads(reads, vertex, role);
      }
    }
    this.strict = this.#names.map((_, vertex) => strict[vertex] ?? []);
    this.reads = this.#names.map((_, vertex) => reads[vertex] ?? []);
    this.all = this.strict.map((targets, vertex) => [...targets, ...(this.reads[vertex] ?? [])]);
  }

  /** What was declared; undefined for the vertex of a whole group. */
  declared(vertex: number): RoleDeclaration | undefined {
    return this.#declared.get(vertex);
  }

  /** Name the runs among the vertices, `web-0.app`. */
  names(vertices: readonly number[]): readonly string[] {
    return vertices.filter((vertex) => this.#declared.has(vertex)).map((vertex) => this.#names[vertex] ?? '');
  }

  #addAfter(strict: number[][], vertex: number, targets: readonly AfterTarget[]): void {
    for (const { node, role, index } of targets) {
      if (node.count === undefined) edges(strict, vertex).push(this.#vertex(node.name, role.name));
      else if (index === undefined)
        edges(strict, vertex).push(this.#wholeGroup(strict, 'after', node.name, role.name, node.count));
      else edges(strict, vertex).push(this.#vertex(memberName(node.name, index), role.name));
    }
  }

  #addReads(reads: number[][], vertex: number, role: PlanRole): void {
    for (const { expression, missing } of role.inputs) {
      if (missing === 'fail') continue;
      for (const need of references(expression)) {
        const producer = this.#producer(need);
        if (producer === undefined) continue;
        if (need.kind === 'output') edges(reads, vertex).push(this.#vertex(need.node, producer));
        else edges(reads, vertex).push(this.#wholeGroup(reads, 'gather', need.group, producer, need.count));
      }
    }
  }

  #producer(need: Need): string | undefined {
    const name = need.kind === 'gather' ? need.group : (this.#groups.get(need.node) ?? need.node);
    return this.#model.nodes.get(name)?.outputs.get(need.output)?.role.name;
  }

  /** One vertex stands for all members: so an all-to-all exchange costs edges by the member, not by the pair. */
  #wholeGroup(graph: number[][], kind: string, group: string, role: string, count: number): number {
    const vertex = this.#vertex(`${kind} ${group}`, role);
    const targets = edges(graph, vertex);
    if (targets.length === 0) {
      for (let index = 0; index < count; index += 1) targets.push(this.#vertex(memberName(group, index), role));
    }
    return vertex;
  }

  #vertex(node: string, role: string): number {
    const name = `${node}.${role}`;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    this.#byName.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }
}

function edges(graph: number[][], vertex: number): number[] {
  graph[vertex] ??= [];
  return graph[vertex];
}
