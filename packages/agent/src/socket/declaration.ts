import type { Peer, PlanRole } from '@heddle/core';
import type { KeptValue } from '../role/kept-values.ts';
import { readsLocal } from '../role/role-reads.ts';

/** Version of `docs/protocol.md`. */
export const protocolVersion = 1;

export interface DeclarationOptions {
  readonly deployment: string;
  readonly node: string;
  readonly role: PlanRole;
  /** Id of the run. */
  readonly run: string;
  /** What it may await by name, when it reads peers. */
  readonly peers: readonly Peer[] | undefined;
  /** What the run begins with. @default nothing */
  readonly kept?: readonly KeptValue[];
  /** True when the run only shows what it would do. @default false */
  readonly preview?: boolean;
}

/** Tell what a role declares, as `GET /v1/roles/ROLE` answers it. */
export function declarationOf({ deployment, node, role, run, peers, kept = [], preview = false }: DeclarationOptions) {
  return {
    protocol: protocolVersion,
    deployment,
    node,
    role: role.name,
    run,
    ...(preview ? { preview } : {}),
    ...(peers === undefined ? {} : { peers }),
    ...(kept.length === 0 ? {} : { kept }),
    inputs: role.inputs.map((input) => ({
      path: input.path,
      sensitive: input.sensitive,
      ...(readsLocal(input) ? { own: true } : {}),
    })),
    outputs: role.outputs.map(({ name, path, sensitive, publish, found }) => ({
      name,
      path,
      sensitive,
      publish,
      ...(found === true ? { found } : {}),
    })),
  };
}
