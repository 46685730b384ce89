import type { ReadFile } from '../classify/check-nested.ts';
import { shownOutputs } from '../classify/shown-outputs.ts';
import { memberProperties, withDefinition, withoutRoles } from '../model/group.ts';
import { callsIn, type Hot } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import { outputNamed } from '../model/server-outputs.ts';
import { serverRead } from '../model/server-read.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { type Data, type DataMap, entryOf, isDataMap, writeData } from '../read/data.ts';
import { attachUserData } from './attach-user-data.ts';
import { checkOutputs } from './check-outputs.ts';
import { leastUserDataBytes, manyUserDataBytes, mostUserDataBytes } from './check-size.ts';
import { identity, indexVariableFault } from './identity.ts';
import type { LateValues } from './late-values.ts';
import type { EmitOptions } from './options.ts';
import { type OwnUserData, OwnUserDataReader } from './own-user-data.ts';
import { heddleParameters } from './parameters.ts';
import type { CompiledNode } from './plan.ts';
import { settleCounts } from './settled-counts.ts';
import { SharedTexts, type ShareText, unshared } from './shared-texts.ts';
import { type SignalTransport, shortLived, signalFiles, signalHandle } from './signal-transport.ts';
import { type UserDataParts, userData } from './user-data.ts';
import { EmittedVersion, joinedMaps } from './version.ts';
import { type EmittedTemplate, WrittenEntry } from './write-template.ts';

/** Seconds of a wait condition: the bounds of Heat, and the default of a stack's own timeout. */
const longestTimeoutS = 43_200;
const defaultTimeoutS = 3600;

interface ReadingFiles {
  readonly readFile?: ReadFile;
}

/** Writes the standard template. */
export class TemplateEmitter {
  readonly warnings: string[] = [];
  readonly #template: Template;
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #options: EmitOptions & ReadingFiles;
  readonly #version: EmittedVersion;
  readonly #ownUserData = new Map<string, OwnUserData>();
  readonly #texts = new SharedTexts();

  constructor(template: Template, servers: ReadonlyMap<string, Server>, options: EmitOptions & ReadingFiles) {
    this.#template = template;
    this.#servers = servers;
    this.#options = options;
    this.#version = new EmittedVersion(template, servers.size === 0 ? [] : [joinedMaps]);
  }

  /** Report what cannot be emitted; called before anything is written. */
  check(): void {
    const reader = new OwnUserDataReader(this.#template, this.#options.readFile);
    for (const { resource: name, group } of this.#servers.values()) {
      const resource = this.#resource(name);
      const properties = memberProperties(resource.readProperties(), group);
      this.#ownUserData.set(name, reader.read({ ...resource, properties, isShared: group !== undefined }));
    }
    checkOutputs(this.#template, this.#servers);
    this.#version.check(this.#allCalls());
    this.warnings.push(...this.#version.warnings, ...reader.warnings);
  }

  /** Give the emitted template. */
  emit(nodes: ReadonlyMap<string, CompiledNode>, late: LateValues): EmittedTemplate {
    const { source } = this.#template;
    if (this.#servers.size === 0) return source.data;
    const report = shownOutputs(this.#template, this.#servers);
    const resources = Object.entries(entryOf(source.data, 'resources') as DataMap).flatMap(([name, data]) => {
      const server = this.#servers.get(name);
      const node = nodes.get(name);
      const made: readonly (readonly [string, Data])[] =
        server === undefined || node === undefined || !isDataMap(data)
          ? [[name, data]]
          : this.#server(server, node, data, report.get(name) ?? []);
      return made.map(([key, entry]) => [key, new WrittenEntry(key, entry, this.#options.relocate)] as const);
    });
    const parameters = settleCounts(entryOf(source.data, 'parameters') ?? null, this.#servers);
    return {
      ...source.data,
      heat_template_version: this.#version.written,
      parameters: { ...parameters, ...heddleParameters(this.#options), ...this.#texts.parameters },
      resources: Object.fromEntries(resources),
      ...this.#outputs(late.templateOutputs(['description', 'value'])),
    };
  }

  /** The outputs of the template, and those of late values. */
  #outputs(late: DataMap): DataMap {
    const own = isDataMap(this.#template.source.data.outputs) ? this.#rewritten(this.#template.outputs) : undefined;
    if (own === undefined && Object.keys(late).length === 0) return {};
    return { outputs: { ...(own as DataMap | undefined), ...late } };
  }

  #server(server: Server, node: CompiledNode, data: DataMap, report: readonly string[]): (readonly [string, Data])[] {
    const { resource, group, definition } = server;
    const definitionData = withoutRoles(definition.data, this.#template.rolesKey);
    // A parameter says that there are none.
    if (group?.count === 0) return [[resource, withDefinition(data, group.key, definitionData)]];
    const [handle, wait] = [handleName(resource), waitName(resource)];
    const { node: name, roles } = server;
    const own = this.#ownUserData.get(resource) ?? { format: 'RAW', parts: [] };
    const timeoutS = this.#timeoutS(server);
    const common = { node: name, roles, report, timeoutS, options: this.#options };
    const configWith = (share: ShareText, own: Pick<UserDataParts, 'identity' | 'values'>) =>
      userData({ ...common, ...own, signalFiles: signalFiles(this.#transport, handle, share), share });
    const config = configWith(this.#texts.share, { identity: identity(server), values: node.bindings.values });
    const attached = attachUserData(own, config, group === undefined ? archiveName(resource) : undefined);
    const ownBytes = leastUserDataBytes(attached, own, this.#options.readFile);
    // Members with user data of their own have it all in one archive, which is JSON around that of the files.
    const form = group !== undefined && own.parts.length > 0 ? 'jsonInJsonBytes' : 'jsonBytes';
    this.#checkSize(server, ownBytes + this.#texts.bytesIn(config.write_files, form), own);
    this.#checkIndexVariable(server, () => configWith(unshared, { identity: {}, values: {} }));
    const properties = { ...(entryOf(definitionData, 'properties') as DataMap | null), ...attached.properties };
    const configured = { ...definitionData, properties };
    const condition = data.condition === undefined ? {} : { condition: data.condition };
    return [
      [handle, { ...signalHandle(this.#transport), ...condition }],
      ...(attached.archive === undefined
        ? []
        : [[archiveName(resource), { ...attached.archive, ...condition }] as const]),
      [resource, group === undefined ? configured : withDefinition(data, group.key, configured)],
      [
        wait,
        {
          type: 'OS::Heat::WaitCondition',
          ...condition,
          depends_on: resource,
          properties: { handle: { get_resource: handle }, timeout: timeoutS, count: group?.count ?? 1 },
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
    const reasons = [
      timeoutS > defaultTimeoutS
        ? `a stack ends after ${defaultTimeoutS} s by default: create it with --timeout ${Math.ceil(timeoutS / 60)}`
        : undefined,
      shortLived(this.#transport, timeoutS),
    ];
    for (const reason of reasons) {
      if (reason === undefined) continue;
      const text = `Heat waits up to ${timeoutS} s for "${server.resource}", and ${reason}`;
      this.warnings.push(this.#template.source.warning(server.at, 'W_TIMEOUT', text));
    }
    return timeoutS;
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
        if (server === undefined || outputNamed(server, attribute) === undefined)
          return { [hot.name]: this.#rewritten(hot.argument) };
        return server.group?.count === 0 ? '{}' : { get_attr: [waitName(server.resource), 'data'] };
      }
    }
  }

  /** @param content  What stands in the user data whatever the user has written, scripts included: Heat looks into them, too. */
  #checkIndexVariable({ group, at }: Server, content: () => Data): void {
    if (group?.indexVariable === undefined) return;
    const fault = indexVariableFault(group.indexVariable, writeData(content()));
    if (fault !== undefined) this.#template.source.report([...at, 'properties', 'index_var'], 'E_GROUP', fault);
  }

  #checkSize({ resource, at, node }: Server, sizeBytes: number, own: OwnUserData): void {
    const { source } = this.#template;
    if (sizeBytes <= manyUserDataBytes) return;
    const more = own.parts.length === 0 ? '' : ', and fetch what your own user data holds';
    const text = `the user data of "${resource}" has at least ${sizeBytes} bytes, and Nova takes ${mostUserDataBytes}: give long values of ${node} as files of the content${more}`;
    if (sizeBytes > mostUserDataBytes) source.report(at, 'E_SIZE', text);
    else this.warnings.push(source.warning(at, 'W_SIZE', text));
  }

  get #transport(): SignalTransport {
    return this.#options.signalTransport ?? 'TOKEN_SIGNAL';
  }

  #resource(name: string): TemplateResource {
    return this.#template.resources.get(name) as TemplateResource;
  }

  *#allCalls() {
    for (const { calls } of this.#template.resources.values()) yield* calls;
    yield* callsIn(this.#template.outputs);
    for (const { roles } of this.#servers.values()) {
      for (const { inputs } of roles) for (const { calls } of inputs) yield* calls;
    }
  }
}

function handleName(resource: string): string {
  return `heddle_handle_${resource}`;
}

function archiveName(resource: string): string {
  return `heddle_user_data_${resource}`;
}

function waitName(resource: string): string {
  return `heddle_wait_${resource}`;
}
