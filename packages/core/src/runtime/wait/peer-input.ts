import { HeddleError } from '../../errors/heddle-error.ts';
import type { OutputRef } from '../../expressions/expression.ts';
import { references } from '../../expressions/references.ts';
import type { PlanInput, PlanRole, PlanSlice } from '../../plan/plan.ts';
import { readsShared } from '../../plan/shared-reads.ts';
import { findPeer, peerMembers } from '../../plan/traits.ts';
import { suggest } from '../../text/did-you-mean.ts';

/** An input as it is read: one of the plan, or an output that a role which reads peers asked for by its name. */
export interface ReadInput extends PlanInput {
  readonly undeclared?: true;
  /** True: the output was found in files, and nobody has promised it. */
  readonly found?: true;
}

/**
 * Make the input by which a role reads an output of another node without having declared it. It waits as long as the role's own deadline says.
 *
 * @param source  The reader's place, for messages.
 * @throws denied when the role reads no peers, or when the output is sensitive, none of its inputs reads it and it is not shared;
 *   not-declared when there is no such node or output.
 */
export function peerInput(slice: PlanSlice, role: PlanRole, ref: OutputRef, source?: string): ReadInput {
  const { node, output } = ref;
  const reader = `${slice.node.name} role ${role.name}${source === undefined ? '' : ` (${source})`}`;
  if (role.readsPeers !== true || slice.peers === undefined) {
    throw new HeddleError('denied', `${reader} reads declared inputs only, not ${node}.${output}`, {
      next: ['declare it under "inputs:" of the role, then run heddle up again'],
    });
  }
  const peer = findPeer(slice, node);
  if (peer === undefined) {
    const names = slice.peers.flatMap((other) => peerMembers(other).slice(0, 20));
    throw new HeddleError(
      'not-declared',
      `${reader} reads ${node}.${output}: there is no node ${node}${suggest(node, names, 'there are')}`,
    );
  }
  const found = Object.hasOwn(peer.outputs, output) ? peer.outputs[output] : undefined;
  if (found === undefined || node === slice.node.name) {
    const what = found === undefined ? `${node} declares no output ${output}` : 'that is its own node';
    throw new HeddleError('not-declared', `${reader} reads ${node}.${output}: ${what}`, {
      next: [
        `declare it ${found === undefined ? `under "outputs:" of a role of ${peer.name}` : 'as an input'}, then run heddle up again`,
      ],
    });
  }
  const isShared = readsShared(role, found);
  if (found.sensitive && !isShared && inputsReading(role, ref).length === 0) {
    throw new HeddleError(
      'denied',
      `${reader} reads ${node}.${output}, which is sensitive, without having it as an input`,
      {
        next: [
          found.found === true
            ? `add "share: true" to the options of role ${role.name} of ${slice.node.group ?? slice.node.name}, or declare ${output} under "outputs:" of ${peer.name} and an input with it; then run heddle up again`
            : `declare it under "inputs:" of the role, in any of them: \${${node}.${output}}; then run heddle up again`,
        ],
      },
    );
  }
  return {
    path: [node, output],
    expression: { kind: 'reference', node, output, segments: [] },
    deadlineMs: role.deadlineMs,
    missing: 'wait',
    sensitive: found.sensitive,
    undeclared: true,
    ...(found.found === undefined ? {} : { found: true }),
    ...(role.position === undefined ? {} : { position: role.position }),
  };
}

/** The declared inputs of a role that read an output, among others or alone. */
export function inputsReading(role: PlanRole, { node, output }: OutputRef): readonly PlanInput[] {
  return role.inputs.filter((input) =>
    references(input.expression).some((need) =>
      need.kind === 'gather'
        ? need.output === output && node.replace(/-\d+$/, '') === need.group
        : need.output === output && need.node === node,
    ),
  );
}
