import { type Traits, toldOutputs } from '@heddle/core';
import type { DocumentPath } from '../read/source.ts';
import type { Role, RoleOutput, Server } from './role.ts';

/** An output, and the role that writes it. */
export interface WrittenOutput {
  readonly output: RoleOutput;
  readonly role: Role;
}

/** Find an output of a server by its name: one that a role declares, else what its machine tells without a declaration. */
export function outputNamed({ outputs, told }: Server, name: string | undefined): WrittenOutput | undefined {
  return name === undefined ? undefined : (outputs.get(name) ?? told.get(name));
}

/** True for a role that no template has, in which a machine tells what nobody declares. */
export function isTelling({ index }: Role): boolean {
  return index < 0;
}

/** What machines tell without a declaration: the words of every machine, and the facts that tools gather. */
export class ToldByMachines {
  readonly #traits: Traits;
  /** By the adapters of a machine's roles: most machines have the same ones. */
  readonly #known = new Map<string, ReadonlyMap<string, WrittenOutput>>();

  constructor(traits: Traits) {
    this.#traits = traits;
  }

  /** List by name what a machine with these roles tells; it stands nowhere in the template. */
  with(roles: readonly Role[]): ReadonlyMap<string, WrittenOutput> {
    const key = roles.map(({ adapter }) => adapter).join(' ');
    const told = this.#known.get(key) ?? toldBy(roles, this.#traits);
    this.#known.set(key, told);
    return told;
  }
}

function toldBy(roles: readonly Role[], traits: Traits): ReadonlyMap<string, WrittenOutput> {
  const at: DocumentPath = [];
  const told = toldOutputs(roles, traits).flatMap(({ adapter, name, outputs }) => {
    const role: Role = {
      name,
      adapter,
      index: -1,
      options: {},
      inputs: [],
      outputs: [],
      after: [],
      deadlineMs: 1,
      concurrent: false,
      at,
    };
    return outputs.map((output): [string, WrittenOutput] => [
      output.name,
      { role, output: { ...output, sensitive: false, publish: 'settled', at } },
    ]);
  });
  return new Map(told);
}
