import type { Expression } from '../expressions/expression.ts';
import type { Json } from '../values/json.ts';

export type MissingPolicy = 'wait' | 'fail' | 'default';
export type PublishPolicy = 'settled' | 'early' | 'end';

/** Where something stands in a file of the user, for messages. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
}

/** One declared input of a role. */
export interface PlanInput {
  /** Attribute path as segments; unique in the role, never a prefix of another. */
  readonly path: readonly string[];
  readonly expression: Expression;
  /** Milliseconds a wait for this input may last; the clock starts when the read blocks. */
  readonly deadlineMs: number;
  readonly missing: MissingPolicy;
  /** With `missing: default`. */
  readonly default?: Json;
  /** True when any output it reads is sensitive. */
  readonly sensitive: boolean;
  readonly position?: SourcePosition;
}

/** One declared output of a role. */
export interface PlanOutput {
  readonly name: string;
  /** Attribute path as segments in the CM tool's tree. */
  readonly path: readonly string[];
  readonly sensitive: boolean;
  readonly publish: PublishPolicy;
  /** True: there by a trait of the adapter, not by a word of the file. */
  readonly implicit?: true;
  /** True: found in the files of the role; `position` is where they assign it. */
  readonly found?: true;
  readonly position?: SourcePosition;
}

/** A role of a node that must have succeeded before another starts. */
export interface RoleRef {
  readonly node: string;
  readonly role: string;
}

/** An attribute of other nodes that the files of a role read. */
export interface SharedRead {
  readonly path: readonly string[];
  /** Where it is read first. */
  readonly position: SourcePosition;
}

export interface PlanRole {
  readonly name: string;
  /** The adapter's name, or the package that holds it. */
  readonly adapter: string;
  /** The adapter's options; evaluated on the node, may hold `dir` but no references. */
  readonly options: Expression;
  readonly inputs: readonly PlanInput[];
  readonly outputs: readonly PlanOutput[];
  readonly after: readonly RoleRef[];
  /** Milliseconds that it waits for the roles of `after`. */
  readonly deadlineMs: number;
  /** Reads of a concurrent role are recorded but are no edges of the wait-for graph. */
  readonly concurrent: boolean;
  /** True: it may await outputs of other nodes that are none of its inputs; see `Peer`. */
  readonly readsPeers?: true;
  /** True: there by no word of the file; the agent starts it when it starts itself, and no other role waits for its end. */
  readonly atStart?: true;
  /** Sensitive outputs found in other nodes' files that it may await by name, because its own files read them. */
  readonly sharedReads?: readonly SharedRead[];
  /** The options that roles which read peers are told; see `PeerRole`. */
  readonly toldOptions?: readonly string[];
  readonly position?: SourcePosition;
}

export interface PlanNode {
  readonly name: string;
  /** The group it belongs to, or null for a single node. */
  readonly group: string | null;
  /** Its index in the group, 0 for a single node. */
  readonly index: number;
  /** In the order in which they run. */
  readonly roles: readonly PlanRole[];
}

/** The compiled deployment: versioned JSON. */
export interface Plan {
  readonly heddlePlan: 1;
  readonly deployment: string;
  /** The store URL from the file, or null for the default. */
  readonly store: string | null;
  readonly storePosition?: SourcePosition;
  /** The template that it comes from: its stack starts the machines, and they fetch what their roles need. */
  readonly template?: string;
  /** The folder that paths resolve against, absolute. */
  readonly directory: string;
  /** Milliseconds that an agent may be gone before its node is declared lost. @default 60_000 */
  readonly graceMs?: number;
  readonly nodes: readonly PlanNode[];
  /** Group name to number of members. */
  readonly groups: Readonly<Record<string, number>>;
  /** Things worth telling that are no errors, e.g. a cycle between roles. */
  readonly warnings: readonly string[];
}

/** A node or group as others see it: what they may await of its members by name. */
export interface Peer {
  readonly name: string;
  /** Members of a group, `NAME-0` to `NAME-(count - 1)`; null for a single node. */
  readonly count: number | null;
  readonly outputs: Readonly<Record<string, PeerOutput>>;
  /** Its roles that tell their options, in order; absent when none does. */
  readonly roles?: readonly PeerRole[];
}

/** A role as others see it. */
export interface PeerRole {
  readonly name: string;
  readonly adapter: string;
  /** What the plan knows of the told options: one entry for each member, or one for all when they are the same. */
  readonly options: readonly Json[];
}

/** An output as others see it. */
export interface PeerOutput {
  /** The role that produces it. */
  readonly role: string;
  /** Where it stands in the tree of the CM tool that writes it. */
  readonly path: readonly string[];
  readonly sensitive: boolean;
  /** True: nobody declares it, so a role that ends well without writing it has no such attribute. */
  readonly found?: true;
}

/**
 * What one node reads of the plan: its own roles, and for every output that its roles read the producing role.
 * Stored at `plan/<node>`, so that no agent reads more than what its own roles need.
 */
export interface PlanSlice {
  readonly heddlePlan: 1;
  readonly deployment: string;
  readonly directory: string;
  /** As in the plan: any node may have to judge the others. */
  readonly graceMs?: number;
  readonly node: PlanNode;
  /** `NODE` or `GROUP[*]`, a dot and the output, to the role that produces it. */
  readonly producers: Readonly<Record<string, string>>;
  /** Same keys: outputs whose values must not be shown. */
  readonly sensitive: readonly string[];
  /** All nodes and groups, in plan order, when a role of this node reads peers. */
  readonly peers?: readonly Peer[];
}
