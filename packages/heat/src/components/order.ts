import { cyclicComponents, joinWords } from '@heddle/core';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { addNamedResources } from './call-data.ts';
import { readsAtStart } from './read-config.ts';
import { type Deployment, inputsInUse } from './terms.ts';

/** A deployment that another one comes after by `depends_on`, and the line that says so. */
export interface Predecessor {
  readonly deployment: Deployment;
  readonly at: DocumentPath;
}

/** In which order deployments run: by `depends_on` and by what they read, else as Heat lists those of a server. */
export class DeploymentOrder {
  readonly #deployments: ReadonlyMap<string, Deployment>;
  readonly #sorted: readonly Deployment[];
  readonly #targets: readonly (readonly number[])[];

  constructor(deployments: ReadonlyMap<string, Deployment>) {
    this.#deployments = deployments;
    this.#sorted = [...deployments.values()].toSorted(byOrder);
    const indexes = new Map(this.#sorted.map(({ resource }, index) => [resource, index]));
    this.#targets = this.#sorted.map((deployment) =>
      [...this.#needs(deployment)].flatMap((name) => indexes.get(name) ?? []),
    );
  }

  /** Report deployments that could never start: each gets what it reads from another one before it begins. */
  check(source: TemplateSource): void {
    const strict = this.#sorted.map((deployment, index) => {
      if (deployment.config === undefined || readsAtStart(deployment.config.group)) return this.#targets[index] ?? [];
      const names = new Set(deployment.dependsOn.map(({ name }) => name));
      return (this.#targets[index] ?? []).filter((target) => names.has(this.#sorted[target]?.resource ?? ''));
    });
    const loops = strict.flatMap((targets, index) => (targets.includes(index) ? [[index]] : []));
    for (const component of [...cyclicComponents(strict), ...loops]) {
      const members = component.toSorted((a, b) => a - b).flatMap((index) => this.#sorted[index] ?? []);
      const [first] = members;
      if (first === undefined) continue;
      const names = members.map(({ resource }) => `"${resource}"`);
      const isOne = names.length === 1;
      const who = isOne ? `${names[0]} waits for itself` : `${joinWords(names)} wait for one another`;
      const text = `${who}: a deployment starts when all that it reads is there, so ${isOne ? 'it could never' : 'none of them could ever'} start`;
      source.report(first.at, 'E_CYCLE', text);
    }
  }

  /** Give all deployments, each after those that it needs; without cycles that is possible. */
  sorted(): readonly Deployment[] {
    const ordered: Deployment[] = [];
    const entered = this.#sorted.map(() => false);
    for (const start of this.#sorted.keys()) {
      // A stack of our own: a chain of deployments may be longer than that of JavaScript.
      const path = entered[start] === true ? [] : [{ vertex: start, edge: 0 }];
      entered[start] = true;
      for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
        const target = this.#targets[frame.vertex]?.[frame.edge];
        frame.edge += 1;
        if (target === undefined) {
          path.pop();
          const done = this.#sorted[frame.vertex];
          if (done !== undefined) ordered.push(done);
        } else if (entered[target] !== true) {
          entered[target] = true;
          path.push({ vertex: target, edge: 0 });
        }
      }
    }
    return ordered;
  }

  /** Find what comes before by `depends_on`: in the place of a deployment that does nothing those that it comes after. */
  predecessors(dependsOn: Deployment['dependsOn']): readonly Predecessor[] {
    const found = new Map<string, Predecessor>();
    const seen = new Set<string>();
    const open = [...dependsOn];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const deployment = this.#deployments.get(next.name);
      if (deployment === undefined || seen.has(next.name)) continue;
      seen.add(next.name);
      if (deployment.hosts.length > 0) found.set(next.name, { deployment, at: next.at });
      else for (const { name } of deployment.dependsOn) open.push({ name, at: next.at });
    }
    return [...found.values()];
  }

  #needs(deployment: Deployment): ReadonlySet<string> {
    const { dependsOn, config } = deployment;
    const names = new Set(dependsOn.map(({ name }) => name));
    for (const { data } of inputsInUse(deployment)) addNamedResources(data, names);
    if (config !== undefined) addNamedResources(config.text.data, names);
    return names;
  }
}

function byOrder(one: Deployment, other: Deployment): number {
  if (one.order === other.order) return 0;
  return one.order < other.order ? -1 : 1;
}
