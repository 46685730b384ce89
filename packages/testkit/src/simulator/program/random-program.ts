import type { RoleRef } from '@heddle/core';
import type { Program, ProgramInput, ProgramNeed, ProgramNode, ProgramRole, Step } from './program.ts';

export interface ProgramShape {
  readonly fewestNodes: number;
  readonly mostNodes: number;
  /** Share of roles that never end. */
  readonly hangs: number;
}

interface Declaration {
  readonly name: string;
  readonly count: number | undefined;
  readonly roles: { readonly name: string; readonly outputs: readonly string[] }[];
}

/** How long waits may last, in milliseconds: one that nobody ends is seen by that. */
const deadlinesMs = [600_000, 900_000, 1_200_000];

/** Makes deployments by chance: what their roles read and write, and in which order. */
export class ProgramMaker {
  readonly #dice: Dice;
  readonly #shape: ProgramShape;

  constructor(random: () => number, shape: ProgramShape) {
    this.#dice = new Dice(random);
    this.#shape = shape;
  }

  make(): Program {
    const declared = this.#declare();
    return { nodes: declared.flatMap((node, index) => this.#nodes(node, declared, index)) };
  }

  #declare(): Declaration[] {
    const { fewestNodes, mostNodes } = this.#shape;
    let left = this.#dice.between(fewestNodes, mostNodes);
    const declared: Declaration[] = [];
    while (left > 0) {
      const count = left > 1 && this.#dice.chance(0.4) ? this.#dice.between(1, Math.min(left, 6)) : undefined;
      left -= count ?? 1;
      const name = `n${declared.length}`;
      const roles = Array.from({ length: this.#dice.between(1, 3) }, (_, role) => ({
        name: `r${role}`,
        outputs: Array.from({ length: this.#dice.between(0, 3) }, (_, output) => `o${role}${output}`),
      }));
      declared.push({ name, count, roles });
    }
    return declared;
  }

  #nodes(node: Declaration, all: readonly Declaration[], place: number): ProgramNode[] {
    const declared = node.roles.map(({ name, outputs }) => ({
      name,
      outputs,
      inputs: this.#inputs(node, name, all),
      after: this.#after(all.slice(0, place)),
      afterDeadlineMs: this.#dice.pick(deadlinesMs),
    }));
    return membersOf(node).map((name, index) => ({
      name,
      group: node.count === undefined ? null : node.name,
      index,
      roles: declared.map((role): ProgramRole => ({ ...role, steps: this.#steps(role.outputs, role.inputs) })),
    }));
  }

  /** Only what stands before it, so that these and the order of roles never make a cycle of their own. */
  #after(earlier: readonly Declaration[]): RoleRef[] {
    if (earlier.length === 0 || !this.#dice.chance(0.08)) return [];
    const target = this.#dice.pick(earlier);
    const role = this.#dice.pick(target.roles).name;
    return membersOf(target).map((node) => ({ node, role }));
  }

  #inputs(reader: Declaration, role: string, all: readonly Declaration[]): ProgramInput[] {
    const needs = all.flatMap((node) => this.#needsOf(node, reader, role));
    if (needs.length === 0) return [];
    return Array.from({ length: this.#dice.between(0, 4) }, (_, index) => {
      const shape = this.#dice.chance(0.75) ? 'whole' : 'list';
      const count = shape === 'whole' ? 1 : this.#dice.between(1, 3);
      return {
        name: `i${index}`,
        shape,
        needs: Array.from({ length: count }, () => this.#dice.pick(needs)),
        deadlineMs: this.#dice.pick(deadlinesMs),
        missing: this.#dice.weighted({ wait: 85, default: 10, fail: 5 }),
      };
    });
  }

  #needsOf(node: Declaration, reader: Declaration, role: string): ProgramNeed[] {
    return node.roles.flatMap((producer) => {
      // An output of the reader's own role is read from its local level.
      if (node === reader && producer.name === role && node.count === undefined) return [];
      return producer.outputs.flatMap((output): ProgramNeed[] => {
        const { count } = node;
        if (count === undefined) return [{ kind: 'output', node: node.name, output }];
        const as = this.#dice.chance(0.5) ? 'list' : 'map';
        const all: ProgramNeed = { kind: 'gather', group: node.name, count, output, as };
        if (node === reader && producer.name === role) return [all];
        const some: ProgramNeed = { ...all, atLeast: this.#dice.between(1, count) };
        return [all, some, { kind: 'output', node: this.#dice.pick(membersOf(node)), output }];
      });
    });
  }

  #steps(outputs: readonly string[], inputs: readonly ProgramInput[]): Step[] {
    const dice = this.#dice;
    const writes = outputs.filter(() => dice.chance(0.95)).map((output): Step => ({ kind: 'write', output }));
    // A read that fails at once when nothing is there depends on the moment: what follows must not depend on it.
    const reads = inputs
      .filter(() => dice.chance(0.95))
      .map(
        (input): Step => ({
          kind: 'read',
          input: input.name,
          isRescued: input.missing === 'fail' || dice.chance(0.15),
        }),
      );
    const again = writes.filter(() => dice.chance(0.08));
    const steps = dice.chance(0.6)
      ? [...dice.shuffle(writes), ...dice.shuffle(reads)]
      : dice.shuffle([...writes, ...reads]);
    for (const write of again) steps.splice(dice.between(steps.indexOf(write) + 1, steps.length), 0, write);
    const worked = steps.flatMap((step): Step[] => (dice.chance(0.5) ? [this.#work(), step] : [step]));
    if (dice.chance(0.06)) worked.splice(dice.between(0, worked.length), worked.length, { kind: 'fail' });
    else if (dice.chance(this.#shape.hangs))
      worked.splice(dice.between(0, worked.length), worked.length, { kind: 'hang' });
    return worked;
  }

  #work(): Step {
    const most = this.#dice.weighted({ 50: 60, 1000: 30, 20_000: 10 });
    return { kind: 'work', durationMs: this.#dice.between(0, most) };
  }
}

function membersOf({ name, count }: Declaration): string[] {
  return count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

/** Chance in the forms in which it is needed here. */
export class Dice {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  between(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)] as T;
  }

  weighted<T extends string | number>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.#random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of entries) {
      left -= weight;
      if (left < 0) return item;
    }
    return (entries.at(-1) as [T, number])[0];
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index -= 1) {
      const other = this.between(0, index);
      [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
    }
    return shuffled;
  }
}
