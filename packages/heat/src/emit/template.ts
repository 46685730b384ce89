import { attributeCall, callsIn, type Hot } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { oldestEmitted, templateVersion } from '../model/versions.ts';
import { type Data, type DataMap, entryOf, isDataMap, writeData } from '../read/data.ts';
import type { LateValues } from './late-values.ts';
import type { EmitOptions } from './options.ts';
import { heddleParameters } from './parameters.ts';
import type { CompiledNode } from './plan.ts';
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
    for (const { resource } of this.#servers.values()) this.#checkUserData(this.#resource(resource));
    const newer = templateVersion(oldestEmitted);
    if (this.#servers.size === 0 || newer === undefined || version.date >= oldestEmitted) return;
    for (const call of this.#allCalls()) {
      if (newer.functions.has(call.name)) continue;
      const text = `the emitted template has version ${oldestEmitted}, which has no ${call.name}: replace it`;
      source.report(call.at, 'E_VERSION', text);
    }
  }

  /** Give the emitted template. */
  emit(nodes: ReadonlyMap<string, CompiledNode>, { templateOutputs }: LateValues): Data {
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
    return {
      ...source.data,
      heat_template_version: version.date < oldestEmitted ? oldestEmitted : written,
      parameters: { ...(entryOf(source.data, 'parameters') as DataMap | null), ...heddleParameters(this.#options) },
      resources: Object.fromEntries(resources),
      ...this.#outputs(templateOutputs),
    };
  }

  /** The outputs of the template, and those of late values. */
  #outputs(late: DataMap): DataMap {
    const own = isDataMap(this.#template.source.data.outputs) ? this.#rewritten(this.#template.outputs) : undefined;
    if (own === undefined && Object.keys(late).length === 0) return {};
    return { outputs: { ...(own as DataMap | undefined), ...late } };
  }

  #server(server: Server, node: CompiledNode, data: DataMap, report: readonly string[]): (readonly [string, Data])[] {
    const { resource } = server;
    const [handle, wait] = [handleName(resource), waitName(resource)];
    const content = userData({ server, values: node.bindings.values, report, handle, options: this.#options });
    this.#checkSize(server, content);
    const { metadata, ...kept } = data;
    const { [this.#template.rolesKey]: _, ...rest } = metadata as DataMap;
    const condition = data.condition === undefined ? {} : { condition: data.condition };
    return [
      [handle, { type: 'OS::Heat::WaitConditionHandle', ...condition }],
      [
        resource,
        {
          ...kept,
          ...(Object.keys(rest).length === 0 ? {} : { metadata: rest }),
          properties: {
            ...(entryOf(data, 'properties') as DataMap | null),
            user_data_format: 'RAW',
            user_data: content,
          },
        },
      ],
      [
        wait,
        {
          type: 'OS::Heat::WaitCondition',
          ...condition,
          depends_on: resource,
          properties: { handle: { get_resource: handle }, timeout: this.#timeoutS(server), count: 1 },
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
      const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
      if (read?.attribute === undefined || !this.#isRoleOutput(read.resource, read.attribute)) continue;
      report.set(read.resource, (report.get(read.resource) ?? new Set()).add(read.attribute));
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
        const read = hot.name === 'get_attr' ? attributeCall(hot) : undefined;
        if (read?.attribute === undefined || !this.#isRoleOutput(read.resource, read.attribute)) {
          return { [hot.name]: this.#rewritten(hot.argument) };
        }
        return { get_attr: [waitName(read.resource), 'data'] };
      }
    }
  }

  #isRoleOutput(resource: string, attribute: string): boolean {
    return this.#servers.get(resource)?.outputs.has(attribute) === true;
  }

  #checkUserData({ data, at, name }: TemplateResource): void {
    const { source } = this.#template;
    const properties = entryOf(data, 'properties');
    const path = (key: string) => [...at, 'properties', key];
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

  #resource(name: string): TemplateResource {
    return this.#template.resources.get(name) as TemplateResource;
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
