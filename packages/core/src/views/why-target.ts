import { HeddleError } from '../errors/heddle-error.ts';
import { formatPath } from '../paths/attribute-path.ts';
import type { PlanInput } from '../plan/plan.ts';
import { isEnded } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import { suggest } from '../text/did-you-mean.ts';
import type { Holdups } from './holdups.ts';
import type { DeploymentState } from './status.ts';

export interface WhyTarget {
  /** `NODE.ROLE`. */
  readonly role: string;
  /** Only these waits of it, when an input was named and is waited for. */
  readonly waits?: readonly WaitRecord[];
  /** The input that was named, when nobody waits for it. */
  readonly input?: PlanInput;
}

/** Look up what `heddle why` was asked about; see `whyView`. */
export function findWhyTarget(holdups: Holdups, text: string): WhyTarget {
  const [, name = '', index, rest] = /^([a-z][a-z0-9-]*)(?:\[(\d+)\])?(?::(.+))?$/.exec(text) ?? [];
  if (name === '')
    throw new HeddleError('usage', `"${text}" is no node: write NODE, NODE:ROLE or NODE:INPUT${colonHint(text)}`, {
      next: ['heddle status  lists the nodes and their roles'],
    });
  const nodeName = index === undefined ? name : `${name}-${index}`;
  const node = holdups.node(nodeName);
  if (node === undefined) throw unknownNode(holdups.state, nodeName);
  const roles = node.roles.map((role) => `${nodeName}.${role.name}`);
  if (rest === undefined) return { role: mostTelling(holdups, roles) };
  if (node.roles.some((role) => role.name === rest)) return { role: `${nodeName}.${rest}` };
  const waits = roles.flatMap((role) => holdups.waits(role)).filter((wait) => wait.input === rest);
  const [first] = waits;
  if (first !== undefined)
    return { role: `${nodeName}.${first.role}`, waits: waits.filter((wait) => wait.role === first.role) };
  const readers = new Map<string, PlanInput>(
    node.roles.flatMap(({ name: role, inputs }) =>
      inputs.filter((input) => formatPath(input.path) === rest).map((input) => [`${nodeName}.${role}`, input] as const),
    ),
  );
  if (readers.size > 0) {
    const role = mostTelling(holdups, [...readers.keys()]);
    return { role, input: readers.get(role) as PlanInput };
  }
  const known = node.roles.flatMap((role) => [role.name, ...role.inputs.map((input) => formatPath(input.path))]);
  throw new HeddleError(
    'not-found',
    `${nodeName} has neither a role nor an input ${rest}${suggest(rest, known, 'it has')}`,
    {
      next: [`heddle why ${nodeName}`],
    },
  );
}

/** Roles are written `web.app` everywhere else, and so are outputs. */
function colonHint(text: string): string {
  return /^[a-z][a-z0-9-]*(\[\d+\])?\.[^:]+$/.test(text) ? `; did you mean "${text.replace('.', ':')}"?` : '';
}

/** The role of a node that a question about the node is about: the one that waits, else one that ended badly, else where the node is, else an outdated one. */
function mostTelling(holdups: Holdups, roles: readonly string[]): string {
  const waiting = roles.find((role) => holdups.waits(role).some((wait) => wait.edge));
  const bad = roles.find((role) => {
    const state = holdups.record(role)?.state;
    return state !== undefined && isEnded(state) && state !== 'done';
  });
  const open = roles.find((role) => holdups.record(role)?.state !== 'done');
  const outdated = roles.find((role) => holdups.outdated(role).length > 0);
  return waiting ?? bad ?? open ?? outdated ?? (roles.at(-1) as string);
}

/** Make the error of a name that no node has: of a group it says how a member is written. */
export function unknownNode(
  { nodes, deployment }: Pick<DeploymentState, 'nodes' | 'deployment'>,
  name: string,
): HeddleError {
  const members = nodes.filter((node) => node.name.replace(/-\d+$/, '') === name).map((node) => node.name);
  const hint =
    members.length > 0
      ? `; ${name} is a group: write ${name}[0] for one member`
      : suggest(
          name,
          nodes.map((node) => node.name),
          'it has',
        );
  return new HeddleError('not-found', `deployment ${deployment} has no node ${name}${hint}`, {
    next: ['heddle status  lists the nodes and their roles'],
  });
}
