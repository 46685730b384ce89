import { createHash } from 'node:crypto';
import type { Expression, PlanNode } from '@heddle/core';
import type { HotCall } from '../model/hot.ts';
import { type Data, type DataMap, isDataList, writeData } from '../read/data.ts';

/** The node that stands for the stack: whoever runs `heddle seed --watch` runs its one role. */
export const stackNode = 'stack';
export const stackRole = 'outputs';

/** What the names of outputs of the stack begin with that are there for Heddle. */
export const outputPrefix = 'heddle_late_';

interface LateTraits {
  readonly isSensitive: boolean;
  /** A list or map with a value for each member of a group, which is whole when each is there. */
  readonly isOfMembers: boolean;
}

interface LateValue extends LateTraits {
  readonly data: Data;
}

/** The values that only Heat has and that travel at run time: outputs of the stack, and of the node that stands for it. */
export class LateValues {
  readonly #values = new Map<string, LateValue>();

  /** Give the expression that reads what a call gives. */
  read(call: HotCall, { isSensitive, isOfMembers }: LateTraits): Expression {
    // Heat gives the value of a random string for its id, too; until there is one, its name.
    const attribute = call.written === undefined ? 'get_attr' : 'Fn::GetAtt';
    const data = call.name === 'get_resource' ? { [attribute]: [call.argument.data, 'value'] } : call.data;
    const output = this.#nameOf(data);
    const isMasked = isSensitive || this.#values.get(output)?.isSensitive === true;
    this.#values.set(output, { data, isSensitive: isMasked, isOfMembers });
    return { kind: 'reference', node: stackNode, output, segments: [] };
  }

  /** The outputs that the emitted template has besides those of the user, with the keys of its format. */
  templateOutputs([description, value]: readonly [description: string, value: string]): DataMap {
    return Object.fromEntries(
      [...this.#values].map(([name, { data }]) => [
        `${outputPrefix}${name}`,
        { [description]: 'For heddle seed --watch, which copies it into the store', [value]: data },
      ]),
    );
  }

  /** The node of the plan that stands for the stack; none when nothing is late. */
  nodes(deadlineMs: number): readonly PlanNode[] {
    if (this.#values.size === 0) return [];
    const outputs = [...this.#values].map(([name, { isSensitive }]) => ({
      name,
      path: [name],
      sensitive: isSensitive,
      publish: 'settled' as const,
    }));
    const ofMembers = [...this.#values].flatMap(([name, { isOfMembers }]) => (isOfMembers ? [name] : []));
    const role = {
      name: stackRole,
      adapter: 'stack',
      options: { kind: 'constant', value: ofMembers.length === 0 ? {} : { of_members: ofMembers } } as const,
      inputs: [],
      outputs,
      after: [],
      deadlineMs,
      concurrent: false,
    };
    return [{ name: stackNode, group: null, index: 0, roles: [role] }];
  }

  /** A name that tells what it is: `ip_floating_ip_address`; with a digest when it is not the whole text of the call. */
  #nameOf(data: Data): string {
    const words = wordsOf(data);
    const name = words
      .join('_')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^[_0-9]+|_+$/g, '');
    const known = this.#values.get(name);
    const isFree = known === undefined || writeData(known.data) === writeData(data);
    if (words.length > 0 && name !== '' && isFree) return name;
    const digest = createHash('sha256').update(writeData(data)).digest('hex').slice(0, 12);
    return name === '' ? `value_${digest}` : `${name}_${digest}`;
  }
}

/** The names in a call, when it has nothing but names. */
function wordsOf(data: Data): readonly string[] {
  const [argument] = Object.values(data as DataMap);
  const items = isDataList(argument) ? argument : [argument ?? null];
  return items.every((item) => typeof item === 'string') ? items : [];
}
