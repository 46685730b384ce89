import type { InputTemplate } from '../expressions/input-template.ts';
import type { DocumentPath } from '../expressions/report.ts';
import type { Template } from '../expressions/template.ts';
import type { AttributePath } from '../paths/attribute-path.ts';
import type { Json } from '../values/json.ts';
import type { MissingPolicy, PublishPolicy } from './plan.ts';

/** An output as declared; `at` is its place in the document. */
export interface DeclaredOutput {
  readonly name: string;
  readonly path: AttributePath;
  readonly sensitive: boolean;
  readonly publish: PublishPolicy;
  /** True: there by a trait of the adapter, not by a word of the file. */
  readonly implicit?: true;
  readonly at: DocumentPath;
}

/** An input as declared, its references not looked up. */
export interface DeclaredInput {
  readonly path: AttributePath;
  readonly value: InputTemplate['value'];
  readonly deadlineMs: number;
  readonly missing: MissingPolicy;
  readonly default?: Template;
  readonly at: DocumentPath;
}

/** One entry of `after`, as written. */
export interface DeclaredAfter {
  readonly text: string;
  readonly at: DocumentPath;
}

export interface DeclaredRole {
  readonly name: string;
  /** Its place among the roles of the node, from 0. */
  readonly index: number;
  readonly adapter: string;
  readonly options: Template;
  readonly inputs: readonly DeclaredInput[];
  readonly outputs: readonly DeclaredOutput[];
  readonly after: readonly DeclaredAfter[];
  readonly deadlineMs: number;
  readonly concurrent: boolean;
  /** True when it may await outputs of other nodes without an input. */
  readonly readsPeers: boolean;
  readonly at: DocumentPath;
}

/** A node or a group as declared. */
export interface DeclaredNode {
  readonly name: string;
  /** Members of a group; absent for a single node. */
  readonly count?: number;
  readonly roles: readonly DeclaredRole[];
  /** Its outputs, whatever role they come from. */
  readonly outputs: ReadonlyMap<string, { readonly output: DeclaredOutput; readonly role: DeclaredRole }>;
  /** True when part of it could not be read: what others look for in it may be there. */
  readonly isBroken: boolean;
  readonly at: DocumentPath;
}

/** A role as declared, with the node or group that declares it. */
export interface RoleDeclaration {
  readonly node: DeclaredNode;
  readonly role: DeclaredRole;
}

/** A deployment file, read but with no name looked up. */
export interface Model {
  readonly deployment: string;
  readonly store: string | null;
  readonly params: Readonly<Record<string, Json>>;
  readonly nodes: ReadonlyMap<string, DeclaredNode>;
}

/** One member of a group, or a single node with the index 0. */
export interface Member {
  readonly node: DeclaredNode;
  readonly name: string;
  readonly index: number;
}
