import { withDefinition, withoutRoles } from '../model/group.ts';
import { callsIn, type Hot } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import { serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';
import { oldestEmitted, templateVersion } from '../model/versions.ts';
import { type Data, type DataMap, entryOf, isDataMap, writeData } from '../read/data.ts';
import { identity, indexVariableFault } from './identity.ts';
import type { EmitOptions } from './options.ts';
import { heddleParameters } from './parameters.ts';
import type { CompiledNode } from './plan.ts';
import { settleCounts } from './settled-counts.ts';
import { userData } from './user-data.ts';

/** Seconds of a wait condition: the bounds of Heat, and the default of a stack's own timeout. */
const longestTimeoutS = 43_200;
const defaultTimeoutS = 3600;

/** Bytes of user data that Nova takes: 65,535 of base64. */
const mostUserDataBytes = 49_149;
const manyUserDataBytes = 40_000;

/** Writes the standard template. */
export class TemplateEmitter {
  readonly warnings: string[] = [];
  readonly #template: Template;
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #options: EmitOptions;

  constructor(template: Template, servers: ReadonlyMap<string, Server>, options: EmitOptions) {
    this.#template = template;
    this.#servers = servers;
    this.#options = options;
  }

  /** Report what cannot be emitted; called before anything is written. */
  check(): void {
    const { source, version } = this.#template;
    for (const server of this.#servers.values()) this.#checkUserData(server);
    const newer = templateVersion(oldestEmitted);
    if (this.#servers.size === 0 || newer === undefined || version.date >= oldestEmitted) return;
    for (const call of this.#allCalls()) {
      if (newer.functions.has(call.name)) continue;
      const text = `the emitted template has version ${oldestEmitted}, which has no ${call.name}: replace it`;
      source.report(call.at, 'E_VERSION', text);
    }
  }

  /** Give the emitted template. */
  emit(nodes: ReadonlyMap<string, CompiledNode>): Data {
    const { source, version } = this.#template;
    if (this.#servers.size === 0) return source.data;
    const report = this.#reported();
    const resources = Object.entries(entryOf(source.data, 'resources') as DataMap).flatMap(([name, data]) => {
      const server = this.#servers.get(name);
      const node = nodes.get(name);
      if (server === undefined || node === undefined || !isDataMap(data)) return [[name, data] as const];
      return this.#server(server, node, data, report.get(name) ?? []);
    });
    const written = source.data.heat_template_version ?? null;
    const parameters = settleCounts(entryOf(source.data, 'parameters') ?? null, this.#servers);
    return {
      ...source.data,
      heat_template_version: version.date < oldestEmitted ? oldestEmitted : written,
      parameters: { ...parameters, ...heddleParameters(this.#options) },
      resources: Object.fromEntries(resources),
      ...(isDataMap(source.data.outputs) ? { outputs: this.#rewritten(this.#template.outputs) } : {}),
    };
  }

  #server(server: Server, node: CompiledNode, data: DataMap, report: readonly string[]): (readonly [string, Data])[] {
    const { resource, group, definition } = server;
    const definitionData = withoutRoles(definition.data, this.#template.rolesKey);
    // A parameter says that there are none.
    if (group?.count === 0) return [[resource, withDefinition(data, group.key, definitionData)]];
    const [handle, wait] = [handleName(resource), waitName(resource)];
    const own = { node: server.node, identity: identity(server), values: node.bindings.values };
    const parts = { ...own, report, handle, options: this.#options };
    const content = userData(parts);
    this.#checkSize(server, content);
    this.#checkIndexVariable(server, userData({ ...parts, identity: {}, values: {} }));
    const properties = {
      ...(entryOf(definitionData, 'properties') as DataMap | null),
      user_data_format: 'RAW',
      user_data: content,
    };
    const configured = { ...definitionData, properties };
    const condition = data.condition === undefined ? {} : { condition: data.condition };
    return [
      [handle, { type: 'OS::Heat::WaitConditionHandle', ...condition }],
      [resource, group === undefined ? configured : withDefinition(data, group.key, configured)],
      [
        wait,
        {
          type: 'OS::Heat::WaitCondition',
          ...condition,
          depends_on: resource,
          properties: { handle: { get_resource: handle }, timeout: this.#timeoutS(server), count: group?.count ?? 1 },
        },
      ],
    ];
  }

  #timeoutS(server: Server): number {
    const longestMs = Math.max(
      ...server.roles.flatMap(({ deadlineMs, inputs }) => [deadlineMs, ...inputs.map((input) => input.deadlineMs)]),
    );
    const wanted = this.#options.timeoutS ?? Math.max(defaultTimeoutS, Math.ceil(longestMs / 1000));
    const timeoutS = Math.min(longestTimeoutS, wanted);
    if (timeoutS > defaultTimeoutS) {
      const text = `Heat waits up to ${timeoutS} s for "${server.resource}", and a stack ends after ${defaultTimeoutS} s by default: create it with --timeout ${Math.ceil(timeoutS / 60)}`;
      this.warnings.push(this.#template.source.warning(server.at, 'W_TIMEOUT', text));
    }
    return timeoutS;
  }

  /** For each server the outputs of its roles that the template's outputs show. */
  #reported(): ReadonlyMap<string, readonly string[]> {
    const report = new Map<string, Set<string>>();
    for (const call of callsIn(this.#template.outputs)) {
      const { server, attribute = '' } = serverRead(call, this.#servers) ?? {};
      if (server?.outputs.has(attribute) !== true) continue;
      report.set(server.resource, (report.get(server.resource) ?? new Set()).add(attribute));
    }
    return new Map([...report].map(([name, outputs]) => [name, [...outputs]]));
  }

  /** A value of run time reaches Heat as the data of its node's wait condition. */
  #rewritten(hot: Hot): Data {
    switch (hot.kind) {
      case 'literal':
        return hot.data;
      case 'list':
        return hot.items.map((item) => this.#rewritten(item));
      case 'map':
        return Object.fromEntries(hot.entries.map(([key, value]) => [key, this.#rewritten(value)]));
      case 'call': {
        const { server, attribute = '' } = serverRead(hot, this.#servers) ?? {};
        if (server?.outputs.has(attribute) !== true) return { [hot.name]: this.#rewritten(hot.argument) };
        return server.group?.count === 0 ? '{}' : { get_attr: [waitName(server.resource), 'data'] };
      }
    }
  }

  #checkIndexVariable({ group, at }: Server, content: Data): void {
    if (group?.indexVariable === undefined) return;
    const fault = indexVariableFault(group.indexVariable, writeData(content));
    if (fault !== undefined) this.#template.source.report([...at, 'properties', 'index_var'], 'E_GROUP', fault);
  }

  #checkUserData({ definition, resource: name }: Server): void {
    const { source } = this.#template;
    const properties = entryOf(definition.data, 'properties');
    const path = (key: string) => [...definition.at, 'properties', key];
    if (entryOf(properties, 'user_data') !== undefined) {
      source.report(
        path('user_data'),
        'E_USERDATA',
        `user data of your own beside roles is not supported yet: move what "${name}" does there into a role`,
      );
    }
    if (entryOf(properties, 'user_data_format') === 'SOFTWARE_CONFIG') {
      source.report(
        path('user_data_format'),
        'E_USERDATA',
        'SOFTWARE_CONFIG beside roles is not supported yet: write the deployments as roles',
      );
    }
  }

  /** What the functions in it will give is not known here, so this is a lower bound. */
  #checkSize({ resource, at, node }: Server, content: Data): void {
    const { source } = this.#template;
    const sizeBytes = Buffer.byteLength(writeData(content));
    if (sizeBytes <= manyUserDataBytes) return;
    const text = `the user data of "${resource}" has at least ${sizeBytes} bytes, and Nova takes ${mostUserDataBytes}: give long values of ${node} as files of the content`;
    if (sizeBytes > mostUserDataBytes) source.report(at, 'E_SIZE', text);
    else this.warnings.push(source.warning(at, 'W_SIZE', text));
  }

  *#allCalls() {
    for (const { properties, metadata } of this.#template.resources.values()) {
      yield* callsIn(properties);
      yield* callsIn(metadata);
    }
    yield* callsIn(this.#template.outputs);
    for (const { roles } of this.#servers.values()) {
      for (const { inputs } of roles) for (const { value } of inputs) yield* callsIn(value);
    }
  }
}

function handleName(resource: string): string {
  return `heddle_handle_${resource}`;
}

function waitName(resource: string): string {
  return `heddle_wait_${resource}`;
}
