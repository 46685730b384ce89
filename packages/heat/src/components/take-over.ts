import type { ReadFile } from '../classify/check-nested.ts';
import { memberDefinition, withDefinition } from '../model/group.ts';
import { anyVersion, templateVersion } from '../model/versions.ts';
import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { addNamedResources, dependenciesOf } from './call-data.ts';
import { DeploymentOrder, type Predecessor } from './order.ts';
import { isConfig } from './read-config.ts';
import { readDeployment } from './read-deployment.ts';
import { MovedPlaces, withData } from './relocated-source.ts';
import { ReadRewriter } from './rewrite-reads.ts';
import { type BuiltRole, buildRole } from './role-data.ts';
import { ServerOrder, withDependencies } from './server-order.ts';
import { type ComponentReading, type Deployment, type Host, inputsInUse, type Placed } from './terms.ts';

/** A template whose deployments have become roles of their servers. */
export interface TakenOver {
  readonly source: TemplateSource;
  readonly warnings: readonly string[];
  /** What became of each deployment, a line each. */
  readonly notes: readonly string[];
}

export interface TakeOverOptions {
  readonly rolesKey: string;
  /** Reads the run lists of Chef roles. @default they have to be written out */
  readonly readFile?: ReadFile;
}

/**
 * Make roles of the software deployments of a HOT template: the template is as if its author had written them in the metadata of the servers.
 *
 * Deployments go, and configurations that nothing else names. What cannot be taken over is reported: `E_COMPONENT` and others.
 */
export function takeOverComponents(source: TemplateSource, options: TakeOverOptions): TakenOver {
  const resources = entryOf(source.data, 'resources');
  if (!isDataMap(resources)) return { source, warnings: [], notes: [] };
  const warnings = new Set<string>();
  const warn: ComponentReading['warn'] = (at, text) => void warnings.add(source.warning(at, 'W_COMPONENT', text));
  const takeOver = new TakeOver({ source, resources, functions: callNames(source), warn }, options);
  const taken = takeOver.run();
  return { source: taken, warnings: [...warnings], notes: takeOver.notes };
}

function callNames({ data }: TemplateSource): ReadonlySet<string> {
  const written = data.heat_template_version;
  // A version that Heat does not have is reported where templates are read.
  const version = (typeof written === 'string' ? templateVersion(written) : undefined) ?? anyVersion();
  return new Set([...version.functions, ...version.removed]);
}

class TakeOver {
  readonly notes: string[] = [];
  readonly #reading: ComponentReading;
  readonly #options: TakeOverOptions;
  readonly #deployments: ReadonlyMap<string, Deployment>;
  readonly #order: DeploymentOrder;
  readonly #rewriter: ReadRewriter;
  readonly #places = new MovedPlaces();

  constructor(reading: ComponentReading, options: TakeOverOptions) {
    this.#reading = reading;
    this.#options = options;
    this.#deployments = new Map(
      Object.keys(reading.resources).flatMap((name) => {
        const deployment = readDeployment(name, reading);
        return deployment === undefined ? [] : [[name, deployment] as const];
      }),
    );
    this.#order = new DeploymentOrder(this.#deployments);
    this.#rewriter = new ReadRewriter(this.#deployments, reading.source);
  }

  run(): TemplateSource {
    const { source } = this.#reading;
    if (this.#deployments.size === 0) return source;
    this.#order.check(source);
    const kept = this.#keptResources();
    const outputs = this.#rewriter.rewrite(entryOf(source.data, 'outputs') ?? null, ['outputs']);
    // Which outputs roles have is known when all reads have been seen, those of deployments too.
    for (const deployment of this.#deployments.values()) {
      const { config } = deployment;
      for (const { data, at } of inputsInUse(deployment)) this.#rewriter.rewrite(data, at);
      if (config !== undefined) this.#rewriter.rewrite(config.text.data, config.text.at);
    }
    const roles = this.#roles(kept);
    const serverOrder = new ServerOrder(this.#reading);
    for (const deployment of this.#deployments.values()) serverOrder.add(deployment);
    const gone = new Set(this.#deployments.keys());
    const changed = Object.entries(kept).map(([name, resource]) => {
      const hosted = this.#withRoles(name, resource, roles.get(name) ?? []);
      return [name, isDataMap(hosted) ? withDependencies(hosted, gone, serverOrder.addedTo(name)) : hosted] as const;
    });
    const named = withoutUnused(changed, this.#configs(), outputs);
    const data = { ...source.data, resources: Object.fromEntries(named) };
    return withData(source, outputs === null ? data : { ...data, outputs }, this.#places);
  }

  #keptResources(): DataMap {
    const kept = Object.entries(this.#reading.resources).filter(([name]) => !this.#deployments.has(name));
    return Object.fromEntries(
      kept.map(([name, data]) => [name, this.#rewriter.rewrite(data, ['resources', name])] as const),
    );
  }

  #configs(): ReadonlySet<string> {
    return new Set([...this.#deployments.values()].flatMap(({ config }) => config?.resource ?? []));
  }

  /** By host, in the order in which they run. */
  #roles(kept: DataMap): ReadonlyMap<string, readonly BuiltRole[]> {
    const { rolesKey, readFile } = this.#options;
    const building = {
      rewriter: this.#rewriter,
      reading: this.#reading,
      ...(readFile === undefined ? {} : { readFile }),
    };
    const roles = new Map<string, BuiltRole[]>();
    for (const deployment of this.#order.sorted()) {
      const { config } = deployment;
      if (config === undefined || deployment.hosts.length === 0) {
        this.#note(deployment, 'does nothing when the stack is created, and goes');
        continue;
      }
      for (const host of deployment.hosts) {
        const before = roles.get(host.resource) ?? [];
        const own = this.#afters(this.#order.predecessors(deployment.dependsOn), deployment, host);
        const isFirst = before.length === 0;
        const waits = isFirst ? this.#waitsOfServer(host.resource, kept[host.resource], rolesKey) : [];
        roles.set(host.resource, [...before, buildRole(deployment, config, [...waits, ...own], building)]);
      }
      const servers = deployment.hosts.map(({ resource }) => resource).join(', ');
      this.#note(deployment, `is the role ${deployment.role} of ${servers}`);
    }
    for (const [name, resource] of Object.entries(kept)) if (!roles.has(name)) this.#refuseWaits(name, resource);
    return roles;
  }

  /** What runs before a role in any case, as it is an earlier role of the same server, is not named. */
  #afters(predecessors: readonly Predecessor[], { kind }: Pick<Deployment, 'kind'>, host: Host): readonly Placed[] {
    return predecessors.flatMap(({ deployment, at }) =>
      deployment.hosts
        .filter(({ resource }) => kind === 'members' || resource !== host.resource)
        .map(({ resource }) => ({ data: `${resource}.${deployment.role}`, at })),
    );
  }

  /** A server that depends on deployments: its first role comes after theirs. */
  #waitsOfServer(name: string, resource: Data | undefined, rolesKey: string): readonly Placed[] {
    const predecessors = this.#predecessorsOf(name, resource);
    const [first] = predecessors;
    if (first === undefined) return [];
    if (hostData(resource) !== undefined && entryOf(hostData(resource)?.data.metadata, rolesKey) === undefined)
      return this.#afters(predecessors, { kind: 'members' }, { resource: name });
    const text = `"${name}" has roles of its own: say "after" in the first of them, and take the deployment out of depends_on`;
    this.#reading.source.report(first.at, 'E_COMPONENT', text);
    return [];
  }

  #refuseWaits(name: string, resource: Data): void {
    for (const { deployment, at } of this.#predecessorsOf(name, resource)) {
      const text = `"${deployment.resource}" becomes a role, and Heat does not know when a role has ended: take it out of depends_on, and let a role wait for it by "after"`;
      this.#reading.source.report(at, 'E_COMPONENT', text);
    }
  }

  #predecessorsOf(name: string, resource: Data | undefined): readonly Predecessor[] {
    if (!isDataMap(resource)) return [];
    return this.#order.predecessors(dependenciesOf(resource, ['resources', name]));
  }

  #withRoles(name: string, resource: Data, roles: readonly BuiltRole[]): Data {
    const host = hostData(resource);
    if (host === undefined || roles.length === 0 || !isDataMap(resource)) return resource;
    const { rolesKey } = this.#options;
    const { metadata } = host.data;
    const written = entryOf(metadata, rolesKey) ?? [];
    // What is no list is reported where roles are read.
    if (!isDataList(written)) return resource;
    const at = ['resources', name, ...host.path, 'metadata', rolesKey];
    for (const [index, { places }] of roles.entries()) {
      for (const [path, from] of places) this.#places.add([...at, written.length + index, ...path], from);
    }
    const all = [...written, ...roles.map(({ data }) => data)];
    const definition = { ...host.data, metadata: { ...(isDataMap(metadata) ? metadata : {}), [rolesKey]: all } };
    return host.key === undefined ? definition : withDefinition(resource, host.key, definition);
  }

  #note({ at }: Deployment, text: string): void {
    const { source } = this.#reading;
    this.notes.push(`${source.file}:${source.locate(at).line}: "${at.at(-1)}" ${text}`);
  }
}

/** The definition of a server, or of the members of a group, within its resource. */
function hostData(
  resource: Data | undefined,
): { readonly data: DataMap; readonly path: DocumentPath; readonly key?: string } | undefined {
  if (!isDataMap(resource)) return undefined;
  const type = entryOf(resource, 'type');
  const member = typeof type === 'string' ? memberDefinition(resource, type, []) : undefined;
  if (member === undefined) return { data: resource, path: [] };
  return { data: member.data, path: member.at, key: String(member.at.at(-1)) };
}

/** Leave out configurations that were only there for deployments. */
function withoutUnused(
  resources: readonly (readonly [name: string, data: Data])[],
  configs: ReadonlySet<string>,
  outputs: Data,
): readonly (readonly [name: string, data: Data])[] {
  const used = new Set<string>();
  addNamedResources(outputs, used);
  for (const [, data] of resources) {
    addNamedResources(data, used);
    if (isDataMap(data)) for (const { name } of dependenciesOf(data, [])) used.add(name);
  }
  return resources.filter(([name, data]) => !configs.has(name) || used.has(name) || !isConfig(data));
}
