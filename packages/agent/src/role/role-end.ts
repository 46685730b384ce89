import {
  type ErrorData,
  type ErrorDetails,
  type HeddleError,
  type RoleState,
  type UnreadInput,
  unreadText,
} from '@heddle/core';
import type { Masker } from '../child/masker.ts';
import type { EventHub } from '../events/events.ts';

/** How a role ended, for who listens. */
export interface RoleEnd {
  readonly state: RoleState;
  readonly error?: HeddleError;
  readonly blockedMs: number;
  readonly elapsedMs: number;
  /** Declared outputs that it did not write. */
  readonly missing: readonly string[];
  /** Inputs that it did not read. */
  readonly unread: readonly UnreadInput[];
}

/** Tell how a role ended: what to look at though it ended well, its error, and its end. */
export function announceEnd(events: EventHub, role: string, masker: Masker, end: RoleEnd): void {
  const warn = (message: string) => events.emit({ type: 'warning', role, message });
  if (end.state === 'done' && end.unread.length > 0) {
    warn(
      `ended well without reading its input ${unreadText(end.unread)}: look whether the path is the one that it reads`,
    );
  }
  if (end.state === 'done' && end.missing.length > 0) {
    warn(`ended well without writing ${end.missing.join(', ')}: whoever reads it will fail`);
  }
  announceError(events, role, masker, end.error);
  events.emit({ type: 'role', role, state: end.state, blockedMs: end.blockedMs, elapsedMs: end.elapsedMs });
}

/** Tell what a role failed of, if it did. */
export function announceError(events: EventHub, role: string, masker: Masker, error: HeddleError | undefined): void {
  if (error !== undefined) events.emit({ type: 'error', role, error: maskError(error, masker) });
}

/** Give an error as data, with the sensitive values in it masked. */
export function maskError(error: HeddleError, masker: Masker): ErrorData {
  const data = error.toJSON();
  const mask = (lines: readonly string[]) => lines.map((line) => masker.mask(line));
  return {
    ...data,
    message: masker.mask(data.message),
    ...(data.notes === undefined ? {} : { notes: mask(data.notes) }),
    ...(data.next === undefined ? {} : { next: mask(data.next) }),
    ...(data.details === undefined ? {} : { details: masker.maskTexts(data.details) as ErrorDetails }),
  };
}
