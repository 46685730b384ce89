import { HeddleError } from '../errors/heddle-error.ts';
import type { PlanOutput } from '../plan/plan.ts';
import type { Rev } from '../store/store.ts';
import { isoTime } from '../time/clock.ts';
import type { Envelope } from '../values/envelope.ts';
import { type Json, jsonTypeOf } from '../values/json.ts';
import { throwIfAborted } from './abort/abort-signal.ts';
import type { NodeSession } from './node-session.ts';
import { randomId } from './random-id.ts';

export interface Publication {
  readonly role: string;
  readonly output: PlanOutput;
  readonly value: Json;
  readonly source?: string;
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
  checkSize(session, publication, envelope);
  return session.write(session.epoch.keys.value(session.node, publication.output.name), envelope);
}

/** Refuse a value that the store would not take, before anything is sent; throws too-large. */
export function checkPublication(session: NodeSession, publication: Publication): void {
  checkSize(session, publication, seal(session, publication));
}

function writerText(session: NodeSession, { role, source }: Publication): string {
  return `${session.node} role ${role}${source === undefined ? '' : ` (${source})`}`;
}

function checkSize(session: NodeSession, publication: Publication, envelope: Envelope): void {
  const sizeBytes = Buffer.byteLength(JSON.stringify(envelope));
  const { maxValueBytes } = session.store.capabilities;
  if (sizeBytes <= maxValueBytes) return;
  const { output } = publication;
  throw new HeddleError(
    'too-large',
    `${writerText(session, publication)} wrote ${session.node}.${output.name} (${output.path.join('.')}): ${sizeBytes} bytes, this store takes ${maxValueBytes}`,
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
