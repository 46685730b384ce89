import { posix } from 'node:path';
import { HeddleError, type Key, type PreparedWrite, type PutResult } from '@heddle/core';
import type { Acls } from './access/acls.ts';
import type { AclEntry } from './access/identity.ts';
import { entryPaths } from './layout.ts';
import type { Requests, Step } from './link.ts';
import type { Operation } from './operations.ts';
import { encodeStored, newRev } from './record.ts';
import { settleCreation } from './settle-creation.ts';
import type { Structure } from './structure.ts';
import { sendWrite, type Write, type WriteProgress } from './write.ts';

/** What writes share. */
export interface Writing {
  /** Without a slash at its end. */
  readonly root: string;
  /** A znode that this connection may read. */
  readonly barrierPath: string;
  readonly structure: Structure;
  readonly acls: Acls;
}

export interface PreparedPut extends PreparedWrite {
  readonly liveness: boolean;
}

/**
 * Write one entry: the record and the mark of the old revision are removed, those of the new one created.
 *
 * Both are ephemeral for a liveness entry, so they go together with the session.
 */
export function putOperation(writing: Writing, prepared: PreparedPut, value: Uint8Array): Operation<PutResult> {
  const { key, liveness } = prepared;
  const progress: WriteProgress = { unsettledSince: undefined, isSending: false };
  const { structure, barrierPath } = writing;
  const write = putWrite(writing, prepared, value);
  return {
    name: 'put',
    key,
    sizeBytes: value.byteLength,
    async attempt(link) {
      if (liveness) checkSession(link, key, progress);
      const happened = await settleCreation(link, write, progress, barrierPath);
      if (happened) return happened;
      const result = await sendWrite(link, write, progress);
      if (result.ok) structure.created(key, write.made());
      return result;
    },
    isUnsettled: () => progress.isSending || progress.unsettledSince !== undefined,
  };
}

interface PutWrite extends Write {
  /** How many znodes of the key's chain the last steps create. */
  made(): number;
}

function putWrite({ root, structure, acls }: Writing, prepared: PreparedPut, value: Uint8Array): PutWrite {
  const { key, expect, writeId, liveness: isEphemeral } = prepared;
  const paths = entryPaths(root, key);
  const previous = 'rev' in expect ? expect.rev : undefined;
  const rev = newRev();
  const data = encodeStored({ rev, previous, writeId, value });
  const created = (acl: readonly AclEntry[] | undefined): readonly Step[] => [
    { do: 'create', path: paths.record, data, isEphemeral, acl },
    { do: 'create', path: paths.mark(rev), isEphemeral, acl },
  ];
  let made = 0;
  return {
    name: 'put',
    root,
    prepared,
    rev,
    made: () => made,
    async steps(link, doubts) {
      if (previous !== undefined) {
        const acl = await acls.of(link, paths.node);
        return [{ do: 'remove', path: paths.mark(previous) }, { do: 'remove', path: paths.record }, ...created(acl)];
      }
      const missing = await structure.missing(link, key, doubts);
      made = missing.length;
      const acl = await acls.of(link, missing[0] === undefined ? paths.node : posix.dirname(missing[0]));
      return [...missing.map((path): Step => ({ do: 'create', path, acl })), ...created(acl)];
    },
    judge(step, why) {
      const isStructural =
        previous === undefined && step.do === 'create' && !(step.path === paths.record && why === 'exists');
      if (!isStructural) return 'lost';
      if (why === 'exists') structure.found(key, step.path);
      else structure.forget(paths.node);
      return why === 'exists' ? 'again' : 'afresh';
    },
    hasHappened: async (_link, current) => current !== undefined && (current.rev === rev || current.previous === rev),
  };
}

/** If it was written on a session that is over, it is gone by now. */
function checkSession(link: Requests, key: Key, { unsettledSince }: WriteProgress): void {
  if (unsettledSince === undefined || unsettledSince === link.session.id) return;
  const text = `store put of ${key.join('/')}: the session ended while the store was out of reach; its liveness entries are gone`;
  throw new HeddleError('session-lost', text, { details: { key } });
}
