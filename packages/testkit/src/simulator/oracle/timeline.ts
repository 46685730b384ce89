import { decodeRecord, type EpochKeys, type Json, type RoleRecord } from '@heddle/core';
import { nameOf, outputsOf, type Program, type ProgramInput, type ProgramNeed } from '../program/program.ts';
import type { Change, Truth } from '../store/truth.ts';
import { enough } from './fixpoint.ts';

/** A value as it came into the store. */
export interface ValueLanding {
  readonly version: number;
  readonly atMs: number;
  readonly rev: string;
  readonly value: Json;
  readonly incarnation: string;
  readonly role: string;
}

/** A record of a role as it came into the store. */
export interface RecordLanding {
  readonly version: number;
  readonly atMs: number;
  readonly record: RoleRecord;
}

/** When everything of one epoch came into the store. Read from the store's history, with nothing of the core but its formats. */
export class Timeline {
  readonly #values = new Map<string, ValueLanding[]>();
  readonly #records = new Map<string, RecordLanding[]>();
  readonly #producers = new Map<string, string>();

  constructor(program: Program, truth: Truth, keys: EpochKeys) {
    for (const node of program.nodes) {
      for (const role of node.roles) {
        const name = nameOf(node.name, role.name);
        this.#records.set(name, truth.history(keys.role(node.name, role.name)).flatMap(recordOf));
        for (const output of role.outputs) {
          this.#producers.set(nameOf(node.name, output), name);
          this.#values.set(nameOf(node.name, output), truth.history(keys.value(node.name, output)).flatMap(valueOf));
        }
      }
    }
  }

  values(output: string): readonly ValueLanding[] {
    return this.#values.get(output) ?? [];
  }

  records(role: string): readonly RecordLanding[] {
    return this.#records.get(role) ?? [];
  }

  producerOf(output: string): string {
    return this.#producers.get(output) as string;
  }

  /** The first moment at which all that an input needs is there; undefined: never. */
  completeMs(input: ProgramInput): number | undefined {
    return latest(input.needs.map((need) => this.#completeMs(need)));
  }

  /** The first moment from `fromMs` on at which it stands in the store that an input can not be had; undefined: never. */
  neverMs(input: ProgramInput, fromMs: number): number | undefined {
    const all = input.needs.flatMap((need) => this.#neverMs(need, fromMs) ?? []);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** The roles that had ended at a moment, and the outputs that were there. */
  at(atMs: number): { readonly ended: ReadonlySet<string>; readonly written: readonly string[] } {
    const ended = [...this.#records].filter(([, records]) => {
      const last = records.findLast((record) => record.atMs <= atMs)?.record;
      return last !== undefined && last.state !== 'running' && last.state !== 'pending';
    });
    const written = [...this.#values].filter(([, values]) => (values[0]?.atMs ?? Infinity) <= atMs);
    return { ended: new Set(ended.map(([role]) => role)), written: written.map(([output]) => output) };
  }

  /** When an output was known never to come: its role had ended, in such a state that it was not written by then. */
  endsWithout(output: string): readonly { readonly atMs: number; readonly untilMs: number; readonly state: string }[] {
    const values = this.values(output);
    const records = this.records(this.producerOf(output));
    return records.flatMap(({ atMs, version, record }, index) => {
      if (record.state === 'running' || record.state === 'pending') return [];
      if (values.some((value) => value.version < version)) return [];
      const untilMs = Math.min(records[index + 1]?.atMs ?? Infinity, values[0]?.atMs ?? Infinity);
      return [{ atMs, untilMs, state: record.state }];
    });
  }

  #completeMs(need: ProgramNeed): number | undefined {
    const landed = outputsOf(need)
      .flatMap((output) => this.values(output)[0]?.atMs ?? [])
      .sort((a, b) => a - b);
    return landed[enough(need) - 1];
  }

  #neverMs(need: ProgramNeed, fromMs: number): number | undefined {
    const outputs = outputsOf(need);
    const ends = outputs.flatMap((output) => {
      const end = this.endsWithout(output).find(({ untilMs }) => untilMs > fromMs);
      return end === undefined ? [] : [Math.max(end.atMs, fromMs)];
    });
    return ends.sort((a, b) => a - b)[outputs.length - enough(need)];
  }
}

function latest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === moments.length ? Math.max(0, ...known) : undefined;
}

function valueOf({ version, atMs, rev, value }: Change): ValueLanding[] {
  if (value === undefined || value.byteLength === 0) return [];
  const envelope = decodeRecord(value) as unknown as {
    value: Json;
    producer: { role: string; incarnation: string };
  };
  const { role, incarnation } = envelope.producer;
  return [{ version, atMs, rev, value: envelope.value, role, incarnation }];
}

function recordOf({ version, atMs, value }: Change): RecordLanding[] {
  return value === undefined ? [] : [{ version, atMs, record: decodeRecord(value) as unknown as RoleRecord }];
}
