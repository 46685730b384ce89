import { HeddleError } from '../../errors/heddle-error.ts';
import { formatPath } from '../../paths/attribute-path.ts';
import type { Json } from '../../values/json.ts';
import type { AwaitRequest } from './await-request.ts';

/** The values that came with a machine's user data, by the ids that the plan gives them. */
export type StaticValues = Readonly<Record<string, Json>>;

/** Values that a read has on its own machine: of its own role, and of the user data. They are never waited for. */
export class MachineValues {
  readonly #node: string;
  readonly #staticValues: StaticValues;

  constructor(node: string, staticValues: StaticValues) {
    this.#node = node;
    this.#staticValues = staticValues;
  }

  /** Give an output of the reader's own role. @throws deadlock when it is not written: nobody else will. */
  local({ role, input, local }: AwaitRequest, output: string): Json {
    const value = local(output);
    if (value !== undefined) return value;
    throw new HeddleError(
      'deadlock',
      `${this.#node} role ${role} reads its own output ${output} (input ${formatPath(input.path)}) before it has written it: nobody else will`,
      { next: [`write ${output} first, or read it from another role`] },
    );
  }

  /** Give a value of the user data. @throws config-invalid when it did not come. */
  static({ role, input }: AwaitRequest, id: string): Json {
    const value = Object.hasOwn(this.#staticValues, id) ? this.#staticValues[id] : undefined;
    if (value !== undefined) return value;
    throw new HeddleError(
      'config-invalid',
      `${this.#node} role ${role} needs the value ${id} (input ${formatPath(input.path)}), which did not come with this machine`,
      { next: ['start the machine from the template that was compiled together with this plan'] },
    );
  }
}
