import { suggest } from '@heddle/core';
import { type Data, type DataMap, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';
import { argumentOfCall, namedResource } from './call-data.ts';
import { type Deployment, outputName, ownAttributes } from './terms.ts';

/** Turns reads of deployments into reads of outputs of the servers that they become roles of. */
export class ReadRewriter {
  readonly #deployments: ReadonlyMap<string, Deployment>;
  readonly #source: TemplateSource;
  readonly #read = new Map<string, Set<string>>();

  constructor(deployments: ReadonlyMap<string, Deployment>, source: TemplateSource) {
    this.#deployments = deployments;
    this.#source = source;
  }

  /** The attributes that every deployment has, as far as somebody reads them. */
  ownAttributesRead({ resource }: Deployment): readonly string[] {
    return ownAttributes.filter((attribute) => this.#read.get(resource)?.has(attribute));
  }

  /** Give the data with every read rewritten; data without one is the same object. */
  rewrite(data: Data, at: DocumentPath): Data {
    if (isDataList(data)) {
      const items = data.map((item, index) => this.rewrite(item, [...at, index]));
      return items.every((item, index) => item === data[index]) ? data : items;
    }
    if (!isDataMap(data)) return data;
    const deployment = this.#deployments.get(namedResource(data) ?? '');
    if (deployment !== undefined) return this.#call(data, at, deployment);
    const entries = Object.entries(data).map(([key, value]) => [key, this.rewrite(value, [...at, key])] as const);
    return entries.every(([key, value]) => value === data[key]) ? data : Object.fromEntries(entries);
  }

  #call(data: DataMap, at: DocumentPath, deployment: Deployment): Data {
    const { resource, kind } = deployment;
    const words = argumentOfCall(data, 'get_attr');
    if (!isDataList(words)) {
      this.#report(at, `"${resource}" becomes a role, which has no id`);
      return null;
    }
    const [, attribute, ...more] = words;
    if (typeof attribute !== 'string') {
      this.#report(at, `which output of "${resource}" is read has to be written out: it becomes a role`);
      return null;
    }
    const output = this.#output(attribute, at, deployment);
    if (output === undefined) return null;
    const rest = more.map((segment, index) => this.rewrite(segment, [...at, 'get_attr', index + 2]));
    if (kind === 'each') return this.#ofEach(output, rest, at, deployment);
    const [host] = deployment.hosts;
    const members = deployment.membersKey === undefined ? [] : [deployment.membersKey];
    return { get_attr: [host?.resource ?? '', ...members, output, ...rest] };
  }

  /** A deployment group gives a map, by the keys of its servers. */
  #ofEach(output: string, rest: readonly Data[], at: DocumentPath, { resource, hosts }: Deployment): Data {
    const [key, ...inner] = rest;
    if (key === undefined) {
      return Object.fromEntries(hosts.map((host) => [host.key ?? '', { get_attr: [host.resource, output] }]));
    }
    const host = hosts.find((candidate) => candidate.key === key);
    if (host !== undefined) return { get_attr: [host.resource, output, ...inner] };
    const word = typeof key === 'string' ? key : '';
    const keys = hosts.map((candidate) => candidate.key ?? '');
    this.#report(
      at,
      `behind an output of "${resource}" stands the name of a server${suggest(word, keys, 'there are')}`,
    );
    return null;
  }

  /** The output of the node; undefined after a report. */
  #output(attribute: string, at: DocumentPath, { resource, role, config, kind }: Deployment): string | undefined {
    if (config === undefined) {
      this.#report(at, `"${resource}" does nothing when the stack is created, so it has no outputs`);
      return undefined;
    }
    const own = ownAttributes.find((name) => attribute === name || (kind !== 'one' && attribute === `${name}s`));
    if (own !== undefined && !config.outputs.has(attribute)) {
      if (config.group === 'chef') {
        this.#report(
          at,
          `"${resource}" is a Chef role, which has no ${attribute}: take this out, its log is on the machine`,
        );
        return undefined;
      }
      this.#read.set(resource, (this.#read.get(resource) ?? new Set()).add(own));
      return outputName(role, own);
    }
    if (config.outputs.has(attribute)) return outputName(role, attribute);
    const names = [...config.outputs.keys(), ...ownAttributes.map((name) => (kind === 'one' ? name : `${name}s`))];
    const hint = suggest(attribute, names, 'it has');
    this.#source.report(at, 'E_ATTR', `"${config.resource}" declares no output "${attribute}"${hint}`);
    return undefined;
  }

  #report(at: DocumentPath, text: string): void {
    this.#source.report(at, 'E_COMPONENT', text);
  }
}
