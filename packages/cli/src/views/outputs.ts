import {
  type Envelope,
  type ErrorData,
  isEnded,
  type Json,
  type JsonType,
  type PlanNode,
  type PlanOutput,
  type RoleRecord,
  type RoleState,
} from '@heddle/core';

/** A value as the store holds it. */
export interface StoredOutput {
  readonly node: string;
  readonly output: string;
  readonly revision: string;
  readonly envelope: Envelope;
}

/** What views of outputs are made of; the same state gives the same view. */
export interface OutputsState {
  readonly deployment: string;
  readonly epoch: string;
  /** In plan order. */
  readonly nodes: readonly PlanNode[];
  readonly roles: readonly RoleRecord[];
  readonly values: readonly StoredOutput[];
}

/** `failed`: its role has ended without writing it, so it will never come. */
export type OutputState = 'present' | 'absent' | 'failed';

/** One declared output. */
export interface OutputView {
  /** `NODE.OUTPUT`. */
  readonly name: string;
  readonly node: string;
  readonly output: string;
  readonly state: OutputState;
  readonly sensitive: boolean;
  /** The role that produces it, and what became of that role. */
  readonly role: string;
  readonly roleState: RoleState;
  readonly roleError?: ErrorData;
  /** The rest is there when the output is present; `value` never when it is sensitive. */
  readonly type?: JsonType;
  readonly value?: Json;
  readonly revision?: string;
  /** ISO 8601. */
  readonly time?: string;
  readonly ageMs?: number;
  /** Where it was written, `recipe.rb:12`; of an output found in the role's files that is not there yet, where they set it. */
  readonly source?: string;
}

/**
 * List every declared output of an epoch, in plan order, with its value unless that is sensitive.
 *
 * @param nowMs  Milliseconds since 1970.
 */
export function outputsView(state: OutputsState, nowMs: number): readonly OutputView[] {
  const records = new Map(state.roles.map((record) => [`${record.node}.${record.role}`, record]));
  const values = new Map(state.values.map((stored) => [`${stored.node}.${stored.output}`, stored]));
  return state.nodes.flatMap((node) =>
    node.roles.flatMap((role) =>
      role.outputs.map((output): OutputView => {
        const name = `${node.name}.${output.name}`;
        const record = records.get(`${node.name}.${role.name}`);
        const stored = values.get(name);
        const ended = record !== undefined && isEnded(record.state);
        const sensitive = output.sensitive || stored?.envelope.sensitive === true;
        return {
          name,
          node: node.name,
          output: output.name,
          state: stored !== undefined ? 'present' : ended ? 'failed' : 'absent',
          sensitive,
          role: role.name,
          roleState: record?.state ?? 'pending',
          ...(record?.error === undefined ? {} : { roleError: record.error }),
          ...foundAt(output),
          ...(stored === undefined ? {} : presentFields(stored, sensitive, nowMs)),
        };
      }),
    ),
  );
}

function foundAt({ found, position }: PlanOutput): Pick<OutputView, 'source'> {
  return found === undefined || position === undefined ? {} : { source: `${position.file}:${position.line}` };
}

function presentFields({ envelope, revision }: StoredOutput, sensitive: boolean, nowMs: number) {
  return {
    type: envelope.type,
    ...(sensitive ? {} : { value: envelope.value }),
    revision,
    time: envelope.time,
    ageMs: Math.max(0, nowMs - Date.parse(envelope.time)),
    ...(envelope.source === undefined ? {} : { source: envelope.source }),
  };
}
