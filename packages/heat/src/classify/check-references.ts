import { suggest } from '@heddle/core';
import { ownProperties } from '../model/group.ts';
import { heatAttributes } from '../model/heat-attributes.ts';
import { attributeCall, attributeTarget, callsIn, type HotCall, namedTarget } from '../model/hot.ts';
import { hasOpenAttributes } from '../model/open-attributes.ts';
import type { Server } from '../model/role.ts';
import { outputNamed } from '../model/server-outputs.ts';
import { serverRead } from '../model/server-read.ts';
import { pseudoParameters, serverType, type Template } from '../model/template.ts';
import { type Data, dataWords, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';

/** Report every reference to nothing: Heat would refuse most of them without a line, and some not at all. */
export function checkReferences(template: Template, servers: ReadonlyMap<string, Server>): void {
  const checker = new Checker(template, servers);
  for (const resource of template.resources.values()) {
    checker.check(resource.calls, 'property');
    for (const { name, at } of resource.dependsOn) checker.resource(name, at);
    checker.removed(ownProperties(resource.data, resource.type, template.rolesKey), [...resource.at, 'properties']);
  }
  checker.check(callsIn(template.outputs), 'output');
  checker.removed(template.source.data.outputs ?? null, ['outputs']);
  for (const { roles } of servers.values()) {
    for (const { inputs } of roles)
      for (const input of inputs) {
        checker.check(input.calls, 'input');
        checker.removed(input.value.data, input.at);
      }
  }
}

type Use = 'property' | 'output' | 'input';

class Checker {
  readonly #template: Template;
  readonly #servers: ReadonlyMap<string, Server>;

  constructor(template: Template, servers: ReadonlyMap<string, Server>) {
    this.#template = template;
    this.#servers = servers;
  }

  check(calls: readonly HotCall[], use: Use): void {
    for (const call of calls) {
      if (this.#isMisshapen(call)) continue;
      if (call.name === 'get_attr') this.#attribute(call, use);
      else if (call.name === 'get_resource') this.#namedResource(call);
      else if (call.name === 'get_param') this.#parameter(call);
    }
  }

  resource(name: string, at: DocumentPath): boolean {
    const { resources, source } = this.#template;
    if (resources.has(name)) return true;
    source.report(at, 'E_REF', `there is no resource "${name}"${suggest(name, [...resources.keys()], 'there are')}`);
    return false;
  }

  /** A function that this version has no more is plain data for the reader of calls; Heat refuses it. */
  removed(data: Data, at: DocumentPath): void {
    if (this.#holdsRemoved(data)) this.#reportRemoved(data, at);
  }

  #holdsRemoved(data: Data): boolean {
    if (isDataList(data)) return data.some((item) => this.#holdsRemoved(item));
    if (!isDataMap(data)) return false;
    const { removed } = this.#template.version;
    return (
      removed.size > 0 && Object.entries(data).some(([key, value]) => removed.has(key) || this.#holdsRemoved(value))
    );
  }

  #reportRemoved(data: Data, at: DocumentPath): void {
    const { version, source } = this.#template;
    if (isDataList(data)) {
      for (const [index, item] of data.entries()) this.#reportRemoved(item, [...at, index]);
      return;
    }
    if (!isDataMap(data)) return;
    const keys = Object.keys(data);
    const [only = ''] = keys;
    if (keys.length === 1 && version.removed.has(only)) {
      source.report([...at, only], 'E_FN_REMOVED', `template version ${version.date} has no function ${only}`);
    }
    for (const [key, value] of Object.entries(data)) this.#reportRemoved(value, [...at, key]);
  }

  /** A name that is written out has to be text: YAML makes `no`, `on` and `5` something else. */
  #isMisshapen({ name, argument, at }: HotCall): boolean {
    const { source } = this.#template;
    if (name === 'get_attr' && argument.kind !== 'list' && argument.kind !== 'call') {
      source.report(at, 'E_REF', 'get_attr takes a list: [RESOURCE, ATTRIBUTE]');
      return true;
    }
    if (!['get_attr', 'get_param', 'get_resource'].includes(name)) return false;
    const first = argument.kind === 'list' ? argument.items[0] : argument;
    if (first?.kind !== 'literal' || typeof first.data === 'string') return false;
    const code = name === 'get_param' ? 'E_PARAM' : 'E_REF';
    source.report(at, code, `${name} takes a name, and this is ${dataWords(first.data)}: put quotes around the name`);
    return true;
  }

  #attribute(call: HotCall, use: Use): void {
    const target = attributeTarget(call);
    if (target === undefined || !this.resource(target, call.at)) return;
    const read = attributeCall(call);
    if (read?.attribute === undefined) return;
    const { resource: name } = read;
    const ofServer = serverRead(call, this.#servers);
    const { server, fault } = ofServer ?? {};
    if (fault !== undefined) this.#template.source.report(call.at, fault.code, fault.text);
    // What a group tells of itself is for Heat to know.
    if (server?.group !== undefined && ofServer?.attribute === undefined) return;
    const attribute = ofServer?.attribute ?? read.attribute;
    const isOutput = server !== undefined && outputNamed(server, attribute) !== undefined;
    if (isOutput && use === 'property') {
      const text = `the output "${attribute}" of "${name}" exists only at run time, so no property can take it: read it as an input of a role`;
      this.#template.source.report(call.at, 'E_RTPROP', text);
    }
    const type = server?.group === undefined ? (this.#template.resources.get(name)?.type ?? '') : serverType;
    const known = heatAttributes(type);
    if (isOutput || known === undefined || hasOpenAttributes(type) || known.includes(attribute) || known.length === 0)
      return;
    const candidates = [...(server?.outputs.keys() ?? []), ...known, ...(server?.told.keys() ?? [])];
    const text = `"${name}" (${type}) has no attribute "${attribute}"${server === undefined ? '' : ', and its roles declare no such output'}`;
    this.#template.source.report(call.at, 'E_ATTR', `${text}${suggest(attribute, candidates, 'it has')}`);
  }

  #namedResource(call: HotCall): void {
    const name = namedTarget(call);
    if (name !== undefined) this.resource(name, call.at);
  }

  #parameter(call: HotCall): void {
    const name = namedTarget(call);
    const { parameters, source } = this.#template;
    if (name === undefined || parameters.has(name) || pseudoParameters.includes(name)) return;
    const hint = suggest(name, [...parameters.keys()], 'there are');
    source.report(call.at, 'E_PARAM', `there is no parameter "${name}"${hint}`);
  }
}
