import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import { parseBareReference } from '../expressions/parse.ts';
import type { PlanNode } from '../plan/plan.ts';
import { suggest } from '../text/did-you-mean.ts';

/** What a role must have come to: `running` holds once it has begun, `ended` however it ended. */
export const roleConditions = ['running', 'done', 'ended'] as const;
export type RoleCondition = (typeof roleConditions)[number];

/** One role or output that a condition is about. */
export interface ConditionPart {
  readonly node: string;
  readonly role: string;
  /** With `value`. */
  readonly output?: string;
}

/** Something that `heddle wait` waits for; it holds when it holds for every part. */
export interface Condition {
  /** As it was typed. */
  readonly text: string;
  /** What the role must have come to; undefined: the outputs are there. */
  readonly state?: RoleCondition;
  readonly parts: readonly ConditionPart[];
}

type Nodes = readonly PlanNode[];

/**
 * Read `value=NODE.OUTPUT`, `role=NODE.ROLE:STATE` or `group=GROUP:OUTPUT`, where NODE may be `GROUP[0]` or `GROUP[*]`.
 *
 * @throws usage; not-found for a node, group or role, not-declared for an output that the deployment does not have.
 */
export function parseCondition(text: string, nodes: Nodes): Condition {
  const [, kind, rest = ''] = /^(value|role|group)=(.+)$/s.exec(text) ?? [];
  switch (kind) {
    case 'value':
      return { text, parts: outputsOf(text, rest, nodes) };
    case 'group': {
      const [, group, output] = /^([^:[\].]+):([^:]+)$/.exec(rest) ?? [];
      if (group === undefined) throw bad(text, 'write group=GROUP:OUTPUT');
      return { text, parts: outputsOf(text, `${group}[*].${output}`, nodes) };
    }
    case 'role': {
      const [, reference = rest, state = 'done'] = /^(.*):([^:]*)$/.exec(rest) ?? [];
      const known = roleConditions.find((name) => name === state);
      if (known === undefined)
        throw bad(text, `"${state}" is nothing that a role can be${suggest(state, roleConditions, 'there are')}`);
      return { text, state: known, parts: rolesOf(text, reference, nodes) };
    }
    default:
      throw bad(text, 'write value=NODE.OUTPUT, role=NODE.ROLE:done or group=GROUP:OUTPUT');
  }
}

function outputsOf(text: string, reference: string, nodes: Nodes): readonly ConditionPart[] {
  const { members, last: output } = readMembers(text, reference, nodes);
  return members.map((node) => {
    const role = node.roles.find(({ outputs }) => outputs.some(({ name }) => name === output));
    if (role !== undefined) return { node: node.name, role: role.name, output };
    const names = node.roles.flatMap(({ outputs }) => outputs.map(({ name }) => name));
    throw new HeddleError(
      'not-declared',
      `no role of ${node.name} declares an output ${output}${suggest(output, names, 'its outputs are')}`,
      {
        next: ['heddle ls  lists all outputs'],
      },
    );
  });
}

function rolesOf(text: string, reference: string, nodes: Nodes): readonly ConditionPart[] {
  const { members, last: role } = readMembers(text, reference, nodes);
  return members.map((node) => {
    const names = node.roles.map(({ name }) => name);
    if (names.includes(role)) return { node: node.name, role };
    throw new HeddleError('not-found', `${node.name} has no role ${role}${suggest(role, names, 'it has')}`, {
      next: ['heddle status  lists the nodes and their roles'],
    });
  });
}

function readMembers(text: string, reference: string, nodes: Nodes): { members: Nodes; last: string } {
  const { name, index, segments } = parsed(text, reference);
  const [last, ...more] = segments;
  if (typeof last !== 'string' || more.length > 0)
    throw bad(text, `"${reference}" names a part of a value: leave out what is behind the output`);
  const group = nodes.filter((node) => node.group === name);
  const single = nodes.filter((node) => node.name === name);
  if (index === undefined && single.length > 0) return { members: single, last };
  if (group.length === 0) {
    if (single.length > 0) throw bad(text, `${name} is a single node: write ${name} without [${index}]`);
    const names = [...new Set(nodes.map((node) => node.group ?? node.name))];
    throw new HeddleError('not-found', `the deployment has no node ${name}${suggest(name, names, 'it has')}`, {
      next: ['heddle status  lists the nodes and their roles'],
    });
  }
  if (index === undefined)
    throw bad(
      text,
      `${name} is a group of ${group.length}: write ${name}[0] for one member, ${name}[*] for all of them`,
    );
  const members = index === '*' ? group : group.filter((node) => node.index === index);
  if (members.length > 0) return { members, last };
  throw new HeddleError(
    'not-found',
    `${name} has no member ${index}: its members are ${name}[0] to ${name}[${group.length - 1}]`,
  );
}

function parsed(text: string, reference: string) {
  try {
    return parseBareReference(reference);
  } catch (thrown) {
    throw bad(text, toHeddleError(thrown).message);
  }
}

function bad(text: string, why: string): HeddleError {
  return new HeddleError('usage', `--for=${text}: ${why}`, {
    next: ["heddle wait --for=value=db.port --for='role=web[0].app:done' --for=group=web:ip"],
  });
}
