import { HeddleError } from '../errors/heddle-error.ts';
import type { PlanOutput } from '../plan/plan.ts';
import type { Rev } from '../store/store.ts';
import { isoTime } from '../time/clock.ts';
import type { Envelope } from '../values/envelope.ts';
import { type Json, jsonTypeOf } from '../values/json.ts';
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
 * @throws too-large, fenced, denied, unavailable, ambiguous.
 */
export async function publish(session: NodeSession, publication: Publication): Promise<Rev> {
  const envelope = seal(session, publication);
  checkSize(session, publication, envelope);
  const rev = await session.write(session.epoch.keys.value(session.node, publication.output.name), envelope);
  session.noteWritten(publication.role, publication.output.name);
  return rev;
}

/** Refuse a value that the store would not take, before anything is sent; throws too-large. */
export function checkPublication(session: NodeSession, publication: Publication): void {
  checkSize(session, publication, seal(session, publication));
}

function checkSize(session: NodeSession, { role, output, source }: Publication, envelope: Envelope): void {
  const sizeBytes = Buffer.byteLength(JSON.stringify(envelope));
  const { maxValueBytes } = session.store.capabilities;
  if (sizeBytes <= maxValueBytes) return;
  const place = source === undefined ? '' : ` (${source})`;
  throw new HeddleError(
    'too-large',
    `${session.node} role ${role}${place} wrote ${session.node}.${output.name} (${output.path.join('.')}): ${sizeBytes} bytes, this store takes ${maxValueBytes}`,
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
