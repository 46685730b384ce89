import { suggest } from '@heddle/core';
import { conditionInHot } from '../model/cfn-conditions.ts';
import { callsIn, type HotCall } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import { pseudoParameters, type Template } from '../model/template.ts';
import { type Data, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';

/** Report names in conditions that stand for nothing: of conditions and of parameters. */
export function checkConditions(template: Template, servers: ReadonlyMap<string, Server>): void {
  if (!template.version.hasConditions) return;
  const { conditions, resources, outputs } = template;
  const checker = new Checker(template, Object.keys(conditions));
  for (const [name, data] of Object.entries(conditions)) {
    checker.check(data, ['conditions', name]);
  }
  for (const { condition, at } of resources.values()) {
    if (condition !== undefined) checker.check(condition, [...at, 'condition']);
  }
  for (const { calls } of resources.values()) checker.choices(calls);
  checker.choices(callsIn(outputs));
  for (const { roles } of servers.values()) {
    for (const { inputs } of roles) for (const { calls } of inputs) checker.choices(calls);
  }
  if (outputs.kind !== 'map') return;
  for (const [, { data, at }] of outputs.entries) {
    const condition = entryOf(data, 'condition');
    if (condition !== undefined) checker.check(condition, [...at, 'condition']);
  }
}

const joining: readonly string[] = ['and', 'or'];

class Checker {
  readonly #template: Template;
  readonly #names: readonly string[];

  constructor(template: Template, names: readonly string[]) {
    this.#template = template;
    this.#names = names;
  }

  check(data: Data, at: DocumentPath): void {
    this.#name(data, at);
    this.#parameters(data, at);
  }

  /** Check the names that every `if` asks for; the calls in its condition are looked at as all calls are. */
  choices(calls: readonly HotCall[]): void {
    for (const { name, written, argument, at } of calls) {
      if (name !== 'if' || argument.kind !== 'list') continue;
      const data = argument.items[0]?.data ?? null;
      this.#name(written === undefined ? data : conditionInHot(data), [...at, written ?? name, 0]);
    }
  }

  /** Text is the name of a condition here; within `equals` and other functions it is a value. */
  #name(data: Data, at: DocumentPath): void {
    const { source } = this.#template;
    if (typeof data === 'string') {
      if (this.#names.includes(data)) return;
      source.report(at, 'E_REF', `there is no condition "${data}"${suggest(data, this.#names, 'there are')}`);
      return;
    }
    if (!isDataMap(data)) return;
    for (const [name, argument] of Object.entries(data)) {
      if (name === 'not') this.#name(argument, [...at, name]);
      else if (joining.includes(name) && isDataList(argument)) {
        for (const [index, item] of argument.entries()) this.#name(item, [...at, name, index]);
      }
    }
  }

  #parameters(data: Data, at: DocumentPath): void {
    if (isDataList(data)) {
      for (const [index, item] of data.entries()) this.#parameters(item, [...at, index]);
      return;
    }
    if (!isDataMap(data)) return;
    for (const [key, value] of Object.entries(data)) {
      if (key === 'get_param') this.#parameter(isDataList(value) ? value[0] : value, at);
      else this.#parameters(value, [...at, key]);
    }
  }

  #parameter(name: Data | undefined, at: DocumentPath): void {
    const { parameters, source } = this.#template;
    if (typeof name !== 'string' || parameters.has(name) || pseudoParameters.includes(name)) return;
    const hint = suggest(name, [...parameters.keys()], 'there are');
    source.report(at, 'E_PARAM', `there is no parameter "${name}"${hint}`);
  }
}
