import { shownOutputs } from '../../classify/shown-outputs.ts';
import { type Carriage, carriageOf } from '../../model/cfn-carriage.ts';
import { attributeCall, callsIn, callWords, type Hot, type HotCall } from '../../model/hot.ts';
import type { Server } from '../../model/role.ts';
import { outputNamed } from '../../model/server-outputs.ts';
import { serverType, type Template } from '../../model/template.ts';
import { type Data, type DataMap, entryOf, isDataMap } from '../../read/data.ts';
import { manyUserDataBytes, mostUserDataBytes } from '../check-size.ts';
import { identity } from '../identity.ts';
import type { LateValues } from '../late-values.ts';
import type { EmitOptions } from '../options.ts';
import type { CompiledNode } from '../plan.ts';
import { SharedTexts, type ShareText } from '../shared-texts.ts';
import { type EmittedTemplate, WrittenEntry } from '../write-template.ts';
import { machineConfig } from './machine.ts';
import { handleName, waitName } from './names.ts';
import { rewriteOutputs } from './outputs.ts';
import { isScript } from './own-user-data.ts';
import { cfnParameters } from './parameters.ts';
import { startScript } from './script.ts';
import { type CfnSignal, cfnSignal } from './signal.ts';
import { waitTimeout } from './wait-timeout.ts';

/** Bytes of the parts that Heat 19 puts around the user data of an instance, at least. */
const instanceExtraBytes = 8200;

/** Writes the standard template in the format of CloudFormation. */
export class CfnEmitter {
  readonly warnings: string[] = [];
  readonly #template: Template;
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #options: EmitOptions;
  readonly #texts = new SharedTexts();
  /** Here a text gets its last line break from the line that ends it. */
  readonly #share: ShareText = (name, text) => this.#texts.share(name, text.replace(/\n$/, ''));

  constructor(template: Template, servers: ReadonlyMap<string, Server>, options: EmitOptions) {
    this.#template = template;
    this.#servers = servers;
    this.#options = options;
  }

  /** Report what cannot be emitted; called before anything is written. */
  check(): void {
    const { source, resources } = this.#template;
    for (const { resource } of this.#servers.values()) this.#checkUserData(resource);
    for (const { calls } of resources.values()) this.#checkShapes(calls);
    this.#checkShapes(callsIn(this.#template.outputs));
    for (const { roles } of this.#servers.values()) {
      this.#checkShapes(roles.flatMap(({ inputs }) => inputs.flatMap(({ calls }) => calls)));
    }
    for (const { resource, at } of this.#servers.values()) {
      if (entryOf(resources.get(resource)?.readProperties().data, 'user_data_format') !== 'SOFTWARE_CONFIG') continue;
      const text = 'SOFTWARE_CONFIG beside roles is not supported here: write the deployments as roles';
      source.report([...at, 'properties', 'user_data_format'], 'E_USERDATA', text);
    }
  }

  /** Give the emitted template. */
  emit(nodes: ReadonlyMap<string, CompiledNode>, late: LateValues): EmittedTemplate {
    const { data } = this.#template.source;
    if (this.#servers.size === 0) return data;
    const report = shownOutputs(this.#template, this.#servers);
    const resources = Object.entries(data.Resources as DataMap).flatMap(([name, written]) => {
      const server = this.#servers.get(name);
      const node = nodes.get(name);
      const made: readonly (readonly [string, Data])[] =
        server === undefined || node === undefined || !isDataMap(written)
          ? [[name, written]]
          : this.#server(server, node, written, report.get(name) ?? []);
      return made.map(([key, entry]) => [key, new WrittenEntry(key, entry, this.#options.relocate)] as const);
    });
    return {
      ...data,
      Parameters: { ...(data.Parameters as DataMap | null), ...cfnParameters(this.#options, this.#texts) },
      Resources: Object.fromEntries(resources),
      ...this.#outputs(data.Outputs, late.templateOutputs(['Description', 'Value'])),
    };
  }

  /** The outputs of the template, and those of late values. */
  #outputs(written: Data | undefined, late: DataMap): DataMap {
    if (written === undefined && Object.keys(late).length === 0) return {};
    const own = rewriteOutputs(written ?? {}, this.#servers, this.#signal.dataAttribute);
    return { Outputs: { ...(own as DataMap), ...late } };
  }

  #server(server: Server, node: CompiledNode, data: DataMap, report: readonly string[]): (readonly [string, Data])[] {
    const { source, rolesKey } = this.#template;
    const { resource } = server;
    const [handle, wait] = [handleName(resource), waitName(resource)];
    const signal = this.#signal;
    const { timeoutS, warnings } = waitTimeout(server, this.#options, signal.shortLived, source);
    const type = data.Type === serverType ? serverType : instanceType;
    const property = userDataProperty[type];
    const [handleKey, timeoutKey, countKey] = signal.condition.names;
    const parts = {
      node: server.node,
      roles: server.roles,
      identity: identity(server),
      values: node.bindings.values,
      report,
      signalFiles: signal.files(handle, this.#share),
      timeoutS,
      options: this.#options,
      share: this.#share,
    };
    const config = machineConfig(parts);
    const content = startScript({
      config,
      carriageOf: this.#carriages(server, node),
      own: entryOf(data.Properties, property),
    });
    const sharedBytes = this.#texts.bytesIn(config.files, 'bytes');
    const sizeBytes = content.leastBytes + sharedBytes + (type === serverType ? 0 : instanceExtraBytes);
    this.warnings.push(...warnings);
    this.#checkSize(server, sizeBytes);
    const { Metadata: metadata, ...kept } = data;
    const { [rolesKey]: _, ...rest } = metadata as DataMap;
    const condition = data.Condition === undefined ? {} : { Condition: data.Condition };
    return [
      [handle, { ...signal.handle, ...condition }],
      [
        resource,
        {
          ...kept,
          ...(Object.keys(rest).length === 0 ? {} : { Metadata: rest }),
          Properties: {
            ...(data.Properties as DataMap | null | undefined),
            ...(type === serverType ? { user_data_format: 'RAW' } : {}),
            [property]: content.data,
          },
        },
      ],
      [
        wait,
        {
          Type: signal.condition.type,
          ...condition,
          DependsOn: resource,
          Properties: { [handleKey]: { Ref: handle }, [timeoutKey]: timeoutS, [countKey]: 1 },
        },
      ],
    ];
  }

  get #signal(): CfnSignal {
    return cfnSignal(this.#options.signalTransport);
  }

  #checkSize({ resource, at, node }: Server, sizeBytes: number): void {
    const { source } = this.#template;
    if (sizeBytes <= manyUserDataBytes) return;
    const text = `the user data of "${resource}" has at least ${sizeBytes} bytes, and Nova takes ${mostUserDataBytes}: give long values of ${node} as files of the content`;
    if (sizeBytes > mostUserDataBytes) source.report(at, 'E_SIZE', text);
    else this.warnings.push(source.warning(at, 'W_SIZE', text));
  }

  /** Find how each value of a node is carried; one that cannot be is reported. */
  #carriages({ roles }: Server, { bindings }: CompiledNode): (data: DataMap) => Carriage | undefined {
    const { source } = this.#template;
    const written = new Map<Data, Hot>();
    for (const { inputs } of roles)
      for (const { calls } of inputs) for (const call of calls) written.set(call.data, call);
    const carriages = new Map<Data, Carriage>();
    for (const data of Object.values(bindings.values)) {
      const hot = written.get(data);
      // What nobody has written is Heddle's own: the question whether a condition holds.
      if (hot === undefined) carriages.set(data, 'text');
      if (hot?.kind !== 'call') continue;
      const carriage = carriageOf(hot, source.data);
      if (carriage === undefined) {
        const text = `what ${callWords(hot)} gives is no text, number or list of texts, and functions of CloudFormation can write nothing else into user data: give its entries as inputs of their own, each with Fn::Select`;
        source.report(hot.at, 'E_USERDATA', text);
      }
      carriages.set(data, carriage ?? 'text');
    }
    return (data) => carriages.get(data);
  }

  #checkUserData(name: string): void {
    const { source, resources } = this.#template;
    const resource = resources.get(name);
    const property = userDataProperty[resource?.type === serverType ? serverType : instanceType];
    const properties = resource?.readProperties();
    const entries = properties?.kind === 'map' ? properties.entries : [];
    const own = new Map(entries).get(property);
    if (resource === undefined || own === undefined || isScript(own)) return;
    const text = `user data beside roles has to be a script whose first characters, "#!", stand in the template: move what "${name}" does there into such a script or a role`;
    source.report([...resource.at, 'properties', property], 'E_USERDATA', text);
  }

  /** Segments are for what roles write: Heat has `Fn::GetAtt` with two names only. */
  #checkShapes(calls: readonly HotCall[]): void {
    for (const call of calls) {
      const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
      if (read?.attribute === undefined || read.segments?.length === 0) continue;
      const server = this.#servers.get(read.resource);
      if (server !== undefined && outputNamed(server, read.attribute) !== undefined) continue;
      if (call.written !== 'Fn::GetAtt') continue;
      const text = `Heat takes two names here: write {"Fn::Select": [KEY, {"Fn::GetAtt": ["${read.resource}", "${read.attribute}"]}]}`;
      this.#template.source.report(call.at, 'E_REF', text);
    }
  }
}

const instanceType = 'AWS::EC2::Instance';
const userDataProperty = { [instanceType]: 'UserData', [serverType]: 'user_data' } as const;
