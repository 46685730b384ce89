import {
  formatReference,
  HeddleError,
  type Json,
  parseBareReference,
  pick,
  type Segments,
  suggest,
  toHeddleError,
} from '@heddle/core';
import { type OutputsState, type OutputView, outputsView, type StoredOutput } from '../views/outputs.ts';

/** What `heddle get` was asked for: one output, or the same output of all members. */
export interface Target {
  readonly text: string;
  readonly isGather: boolean;
  /** At least one, in index order. */
  readonly outputs: readonly OutputView[];
  /** Into each value. */
  readonly segments: Segments;
}

/**
 * Look up `NODE.OUTPUT`, `GROUP[0].OUTPUT` or `GROUP[*].OUTPUT`, with segments into the value behind it.
 *
 * @throws usage for a text that is no reference; not-found for a node, not-declared for an output that the plan does not have.
 */
export function findTarget(state: OutputsState, text: string, nowMs: number): Target {
  const { name, index, segments } = readReference(text);
  const [output, ...rest] = segments;
  const members = membersOf(state, name, index);
  const views = outputsView(state, nowMs).filter((view) => members.has(view.node));
  const outputs = views.filter((view) => view.output === output);
  if (outputs.length === 0) {
    const names = [...new Set(views.map((view) => view.output))];
    throw new HeddleError(
      'not-declared',
      `no role of ${name} declares an output ${output}${suggest(output, names, 'its outputs are')}`,
      {
        next: ['heddle ls  lists all outputs'],
      },
    );
  }
  return {
    text: formatReference({ name, segments, ...(index === undefined ? {} : { index }) }),
    isGather: index === '*',
    outputs,
    segments: rest,
  };
}

/** The value that a target has when all its outputs are present; `state` is the one in which it was found. */
export function targetValue({ outputs, segments, isGather }: Target, state: OutputsState): Json {
  const stored = new Map(
    state.values.map((value: StoredOutput) => [`${value.node}.${value.output}`, value.envelope.value]),
  );
  const values = outputs.map(({ name, sensitive }) => pick(stored.get(name) as Json, segments, name, { sensitive }));
  return isGather ? values : (values[0] as Json);
}

function readReference(text: string) {
  try {
    return parseBareReference(text);
  } catch (thrown) {
    throw new HeddleError('usage', `"${text}" is no output: ${toHeddleError(thrown).message}`, {
      cause: thrown,
      next: ["write NODE.OUTPUT, 'GROUP[0].OUTPUT' or 'GROUP[*].OUTPUT', quoted for the shell"],
    });
  }
}

function membersOf({ nodes }: OutputsState, name: string, index: number | '*' | undefined): ReadonlySet<string> {
  const group = nodes.filter((node) => node.group === name);
  if (index === undefined) {
    if (nodes.some((node) => node.name === name)) return new Set([name]);
    if (group.length > 0)
      throw new HeddleError(
        'usage',
        `${name} is a group of ${group.length}: write ${name}[0] for one member, ${name}[*] for all of them`,
      );
  } else if (group.length > 0) {
    const found = index === '*' ? group : group.filter((node) => node.index === index);
    if (found.length > 0) return new Set(found.map((node) => node.name));
    throw new HeddleError(
      'not-found',
      `${name} has no member ${index}: its members are ${name}[0] to ${name}[${group.length - 1}]`,
    );
  } else if (nodes.some((node) => node.name === name)) {
    throw new HeddleError('usage', `${name} is a single node: write ${name} without [${index}]`);
  }
  const names = [...new Set(nodes.map((node) => node.group ?? node.name))];
  throw new HeddleError('not-found', `the deployment has no node ${name}${suggest(name, names, 'it has')}`, {
    next: ['heddle ls  lists all outputs'],
  });
}
