import type { OutputRef } from '../../expressions/expression.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';

/** An output that a wait still lacks, and what is known of who should produce it. */
export interface MissingOutput {
  readonly ref: OutputRef;
  readonly role: string;
  readonly producer?: RoleRecord;
  /** What the producer's role itself waits for. */
  readonly producerWait?: WaitRecord;
}
