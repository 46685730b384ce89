import type { VerdictRecord } from '../../records/verdict-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Key, Rev } from '../../store/store.ts';

/** Sees to it that waits which can never end by themselves are ended. */
export interface WaitJudge {
  /**
   * A wait of this node is recorded.
   *
   * @param condemned  Called once, when it can never end.
   * @returns Stops it.
   */
  recorded(wait: RecordedWait, condemned: (verdict: VerdictRecord) => void): () => void;
}

/** A wait record as it stands in the store. */
export interface RecordedWait {
  readonly key: Key;
  readonly rev: Rev;
  readonly record: WaitRecord;
}
