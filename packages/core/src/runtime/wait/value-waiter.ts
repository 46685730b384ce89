import type { OutputRef } from '../../expressions/expression.ts';
import type { RoleRecord } from '../../records/role-record.ts';

/** An output that a wait still lacks, and what is known of who should produce it. */
export interface MissingOutput {
  readonly ref: OutputRef;
  readonly role: string;
  readonly producer?: RoleRecord;
}

/** What a wait consists of: one output, or a whole gather. */
export interface ValueWaiter {
  readonly isStoreDown: boolean;
  start(): void;
  stop(): Promise<void>;
  /** What is still absent, in plan order. */
  missing(): readonly MissingOutput[];
}
