import {
  type Entry,
  type Expect,
  type Guard,
  HeddleError,
  type OperationOptions,
  operationName,
  type PreparedWrite,
  type PutResult,
} from '@heddle/core';
import type { KeyCodec } from '../key.ts';
import { createRevisionOf, formatRev, modRevisionOf } from '../revision.ts';
import type { Connection } from './connection.ts';
import type { Compare, RequestOp, TxnReply } from './etcd.ts';
import { failure, kindOf } from './failure.ts';
import type { Attempt } from './operation.ts';
import { entryOf, plainEntry, type ServerEntry } from './read.ts';
import { settle } from './settle.ts';

/** A write that was checked; its bytes belong to it. */
export interface Write extends PreparedWrite {
  /** What is stored, with the write id in it; undefined removes the entry. */
  readonly stored: Buffer | undefined;
  readonly liveness: boolean;
}

/**
 * Do one write: guards, expected state and the change in one transaction, which also answers with the current entry when it fails.
 *
 * It may be sent again after a link failed, because it can succeed only in the state that it expects; that the server had done it
 * already is recognised by its write id. Throws like an operation, and fenced.
 */
export function writeEntry(connection: Connection, write: Write, options: OperationOptions): Promise<PutResult> {
  const { codec, session, operations } = connection;
  const key = codec.encode(write.key);
  const verb = write.stored === undefined ? 'delete' : 'put';
  const task = {
    ...operationName(verb, write.key),
    queue: key.toString(),
    sizeBytes: write.stored?.byteLength ?? 0,
  };
  const compare = [expected(key, write.expect), ...write.guards.map((guard) => held(guard, codec))];
  const failureOps: RequestOp[] = [
    { request_range: { key } },
    ...write.guards.map((guard) => ({ request_range: { key: codec.encode(guard.key), keys_only: true } })),
  ];
  /** A revision of the server from before the write was first sent. */
  let since: string | undefined;

  return operations.run(task, options, async (attempt) => {
    const { link, signal } = attempt;
    const lease = write.liveness ? await session.lease(link, signal) : '0';
    const success = [
      write.stored ? { request_put: { key, value: write.stored, lease } } : { request_delete_range: { key } },
    ];
    const wasUnsettled = attempt.isUnsettled;
    since ??= link.revision;
    attempt.isUnsettled = true;
    const reply = await link.txn({ compare, success, failure: failureOps }, signal).catch((error: unknown) => {
      const kind = kindOf(error);
      // Refused is settled; without a reply it is not.
      if (kind !== undefined && kind !== 'link') attempt.isUnsettled = wasUnsettled;
      if (kind !== 'lease-gone') throw error;
      session.expire(lease);
      throw failure('busy', `the session of ${task.name} has ended`, error);
    });
    const result = reply.succeeded
      ? { ok: true as const, rev: writtenRev(write, reply.header.revision) }
      : await judge(reply, write, { attempt, codec, key, since, wasUnsettled });
    attempt.isUnsettled = false;
    return result;
  });
}

interface Circumstances {
  readonly attempt: Attempt;
  readonly codec: KeyCodec;
  readonly key: Buffer;
  readonly since: string;
  readonly wasUnsettled: boolean;
}

/** Tell why a transaction did not happen: it had happened before, a guard did not hold, or the entry was in another state. */
async function judge(reply: TxnReply, write: Write, circumstances: Circumstances): Promise<PutResult> {
  const { attempt, codec, wasUnsettled } = circumstances;
  const [own, ...guards] = reply.responses.map((response) => response.response_range.kvs[0]);
  const current = own && entryOf(own, codec);
  if (write.stored && current?.writeId === write.writeId) return { ok: true, rev: current.rev };
  if (wasUnsettled) {
    const rev = await settle(write, current, circumstances);
    if (rev !== undefined) return { ok: true, rev };
  }
  attempt.isUnsettled = false;
  const broken = write.guards.find((guard, index) => guards[index]?.mod_revision !== modRevisionOf(guard.rev));
  if (broken) throw fenced(write, broken);
  return { ok: false, current: contractEntry(current) };
}

function contractEntry(entry: ServerEntry | undefined): Entry | undefined {
  return entry && plainEntry(entry);
}

function writtenRev({ expect, stored }: Write, revision: string): string {
  if (stored === undefined) return formatRev('0', revision);
  return formatRev('rev' in expect ? createRevisionOf(expect.rev) : revision, revision);
}

function expected(key: Buffer, expect: Expect): Compare {
  const mod_revision = 'rev' in expect ? modRevisionOf(expect.rev) : '0';
  return { key, target: 'Mod', result: 'Equal', mod_revision };
}

function held({ key, rev }: Guard, codec: KeyCodec): Compare {
  return { key: codec.encode(key), target: 'Mod', result: 'Equal', mod_revision: modRevisionOf(rev) };
}

function fenced(write: Write, guard: Guard): HeddleError {
  const text = `store write of ${write.key.join('/')}: ${guard.key.join('/')} has changed, this writer may not write any more`;
  return new HeddleError('fenced', text, { details: { key: write.key, guard: guard.key } });
}
