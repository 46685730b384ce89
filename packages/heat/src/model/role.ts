import type { AttributePath, Json, MissingPolicy, PublishPolicy } from '@heddle/core';
import type { DocumentPath } from '../read/source.ts';
import type { Definition, Group } from './group.ts';
import type { Hot, HotCall } from './hot.ts';
import type { WrittenOutput } from './server-outputs.ts';

/** An input of a role as the template says it. */
export interface RoleInput {
  readonly path: AttributePath;
  readonly value: Hot;
  /** Every call in its value, the outer before the inner. */
  readonly calls: readonly HotCall[];
  readonly deadlineMs: number;
  readonly missing: MissingPolicy;
  readonly default?: Json;
  /** Whoever reads says that the value is secret, whatever it comes from. */
  readonly isSensitive: boolean;
  readonly at: DocumentPath;
}

/** An output of a role: a virtual attribute of its server. */
export interface RoleOutput {
  readonly name: string;
  readonly path: AttributePath;
  readonly sensitive: boolean;
  readonly publish: PublishPolicy;
  readonly at: DocumentPath;
}

/** A role of a server as the template says it. */
export interface Role {
  readonly name: string;
  /** Its place among the roles of the server, from 0. */
  readonly index: number;
  readonly adapter: string;
  readonly options: Json;
  readonly inputs: readonly RoleInput[];
  readonly outputs: readonly RoleOutput[];
  readonly after: readonly { readonly text: string; readonly at: DocumentPath }[];
  readonly deadlineMs: number;
  readonly concurrent: boolean;
  readonly at: DocumentPath;
}

/** A server with roles, or a group of them. */
export interface Server {
  /** The resource's name in the template. */
  readonly resource: string;
  /** The name of the node, or of the group of nodes: the resource's in lower case, `-` for what a node's name cannot have. */
  readonly node: string;
  /** Undefined for a single server. */
  readonly group?: Group;
  /** What the server, or each member, is made from. */
  readonly definition: Definition;
  readonly roles: readonly Role[];
  /** Outputs of all its roles by name. */
  readonly outputs: ReadonlyMap<string, WrittenOutput>;
  /** By name what its machine tells without a declaration; an output counts instead. */
  readonly told: ReadonlyMap<string, WrittenOutput>;
  readonly at: DocumentPath;
}
