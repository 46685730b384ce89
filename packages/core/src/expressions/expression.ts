import type { Json } from '../values/json.ts';
import type { FunctionName } from './functions/names.ts';

/** Segments or indexes into a value. */
export type Segments = readonly (string | number)[];

/** One output of one node: what a binding points at. */
export interface OutputRef {
  readonly node: string;
  readonly output: string;
}

/** The compiled form of an input or adapter option; plain JSON, part of the plan. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: Json }
  /** Another node's output (or another role's of the same node). */
  | { readonly kind: 'reference'; readonly node: string; readonly output: string; readonly segments: Segments }
  /** An output of the reader's own role: read from the local level, never waits. */
  | { readonly kind: 'local'; readonly output: string; readonly segments: Segments }
  /** The same output of all members of a group, in index order. */
  | {
      readonly kind: 'gather';
      readonly group: string;
      /** Number of members; they are named `${group}-0` to `${group}-${count - 1}`. */
      readonly count: number;
      readonly output: string;
      readonly segments: Segments;
      /** `map` has the members' names as keys, `by-index` their indexes. */
      readonly as: 'list' | 'map' | 'by-index';
      /** Enough members; absent: all of them. */
      readonly atLeast?: number;
    }
  /** The node's own working folder, known only where the role runs. */
  | { readonly kind: 'dir' }
  /** A value that came to the machine with its user data, by its id there; in no store and no plan, never waited for. */
  | { readonly kind: 'static'; readonly id: string }
  /** A function over what stands behind its name in a template, when the role reads. */
  | { readonly kind: 'call'; readonly function: FunctionName; readonly argument: Expression }
  /** One of several, by a value that came with the machine: what is not chosen is neither needed nor waited for. */
  | {
      readonly kind: 'choice';
      /** The id of the value that chooses. */
      readonly by: string;
      /** A value, and what it chooses. */
      readonly cases: readonly (readonly [string | boolean, Expression])[];
      /** What the value is where the parameters of a template are what its compiler knew: for who looks ahead, machines have the value itself. */
      readonly expected?: string | boolean;
      /** Names what is read and is not there when the value chooses nothing; absent: such a value is a fault. */
      readonly absent?: string;
    }
  | { readonly kind: 'text'; readonly parts: readonly Expression[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Expression])[] };

/** The name of member `index` of a group. */
export function memberName(group: string, index: number): string {
  return `${group}-${index}`;
}
