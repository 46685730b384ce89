import { HeddleError } from '../errors/heddle-error.ts';
import type { PlanOutput } from '../plan/plan.ts';
import type { Entry, Rev } from '../store/store.ts';
import { isoTime } from '../time/clock.ts';
import type { Envelope } from '../values/envelope.ts';
import { canonicalJson, type Json, jsonTypeOf } from '../values/json.ts';
import { type Packed, type PackedEnvelope, pack, packEnvelope } from '../values/packed.ts';
import { throwIfAborted } from './abort/abort-signal.ts';
import type { NodeSession } from './node-session.ts';
import { randomId } from './random-id.ts';
import { storedValue } from './wait/output-waiter.ts';

export interface Publication {
  readonly role: string;
  readonly output: PlanOutput;
  readonly value: Json;
  readonly source?: string;
  /**
   * True for the first time that a run publishes the output: an equal value of an earlier run is left as it is, with its revision, so that
   * whoever read it need not run again. @default false
   */
  readonly isFirst?: boolean;
  /** The part of a value that counts for being equal. @default all of it */
  readonly lasting?: (value: Json) => Json;
  /** The value as `checkPublication` gave it: packing is the work. @default packed here */
  readonly packed?: Packed;
}

/**
 * Publish one output of this node; resolves when the store has acknowledged it.
 *
 * @returns The value's revision.
 * @throws aborted, too-large, fenced, denied, unavailable, ambiguous.
 */
export async function publish(session: NodeSession, publication: Publication): Promise<Rev> {
  throwIfAborted(
    session,
    () => `${writerText(session, publication)} publishes ${session.node}.${publication.output.name}`,
  );
  const envelope = seal(session, publication);
  const packed = packEnvelope(envelope, publication.packed);
  checkSize(session, publication, packed);
  const { lasting = (value) => value } = publication;
  const keep = (current: Entry) => isEqual(storedValue(current)?.envelope, envelope, lasting);
  return session.writeValue(publication.output.name, packed, publication.isFirst === true ? { keep } : {});
}

function isEqual(before: Envelope | undefined, now: Envelope, lasting: (value: Json) => Json): boolean {
  return (
    before !== undefined &&
    canonicalJson(lasting(before.value)) === canonicalJson(lasting(now.value)) &&
    before.sensitive === now.sensitive &&
    before.producer.role === now.producer.role
  );
}

/**
 * Refuse a value that the store would not take, before anything is sent; throws too-large.
 *
 * @returns The packed value, for `publish`.
 */
export function checkPublication(session: NodeSession, publication: Publication): Packed {
  const packed = publication.packed ?? pack(publication.value);
  checkSize(session, publication, packEnvelope(seal(session, publication), packed));
  return packed;
}

function writerText(session: NodeSession, { role, source }: Publication): string {
  return `${session.node} role ${role}${source === undefined ? '' : ` (${source})`}`;
}

function checkSize(session: NodeSession, publication: Publication, envelope: PackedEnvelope): void {
  const sizeBytes = Buffer.byteLength(JSON.stringify(envelope));
  const { maxValueBytes } = session.store.capabilities;
  if (sizeBytes <= maxValueBytes) return;
  const { output } = publication;
  throw new HeddleError(
    'too-large',
    `${writerText(session, publication)} wrote ${session.node}.${output.name} (${output.path.join('.')}): ${sizeBytes} bytes${'gzip' in envelope ? ' when compressed' : ''}, this store takes ${maxValueBytes}`,
    { next: ['publish where the data is to be had (a path or URL) rather than the data itself'] },
  );
}

function seal(session: NodeSession, { role, output, value, source }: Publication): Envelope {
  return {
    value,
    type: jsonTypeOf(value),
    sensitive: output.sensitive,
    producer: { node: session.node, role, incarnation: session.incarnation },
    writeId: randomId(),
    time: isoTime(session.clock),
    ...(source === undefined ? {} : { source }),
  };
}
