import type { RoleRecord, RoleState } from '../records/role-record.ts';
import type { CycleEdge, VerdictRecord } from '../records/verdict-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import { parse } from '../runtime/epoch.ts';
import { otherCuts } from '../runtime/steward/suggestion.ts';
import type { Entry, Key } from '../store/store.ts';
import type { Envelope } from '../values/envelope.ts';

/** Version of the events: a new field does not change it, a changed or missing one does. */
export const eventVersion = 1;

/** What happened in a deployment, as its stored state tells it. Names of values only, never a value. */
export type DeploymentEvent =
  | {
      readonly type: 'role';
      readonly node: string;
      readonly role: string;
      readonly state: RoleState;
      readonly startedAt?: string;
      readonly endedAt?: string;
      readonly exitCode?: number;
      readonly updated?: number;
      readonly error?: { readonly code: string; readonly message: string };
      readonly unwritten?: readonly string[];
      readonly unread?: readonly string[];
      readonly defaulted?: readonly string[];
    }
  | {
      readonly type: 'step';
      readonly node: string;
      readonly role: string;
      readonly step: string;
      readonly updated?: number;
    }
  | ({ readonly type: 'wait'; readonly number: number } & WaitRecord)
  | {
      readonly type: 'wait-ended';
      readonly node: string;
      readonly role: string;
      readonly input: string;
      readonly number: number;
    }
  | {
      /** The wait with this number is part of a cycle of waits, and ends. */
      readonly type: 'deadlock';
      readonly node: string;
      readonly role: string;
      readonly number: number;
      readonly cycle: readonly CycleEdge[];
      /** Each change that would break the cycle. */
      readonly suggestion: string;
    }
  | {
      readonly type: 'value';
      readonly node: string;
      readonly output: string;
      readonly revision: string;
      readonly sensitive: boolean;
      readonly source?: string;
    }
  | {
      /** It ended well, but has read outputs, `NODE.OUTPUT`, that were written again since, or of groups, `GROUP[*]`, that have grown. */
      readonly type: 'outdated';
      readonly node: string;
      readonly role: string;
      readonly outputs: readonly string[];
    }
  | { readonly type: 'member'; readonly node: string; readonly state: 'joined' | 'gone' }
  | { readonly type: 'abort'; readonly state: 'aborted' | 'lifted'; readonly by?: string; readonly reason?: string }
  | { readonly type: 'epoch'; readonly state: string };

/** An entry below an epoch as it was told of last; undefined when it is not there. */
export type Told = Entry | undefined;

/** The kinds of entries that events are made of, by what stands behind the epoch in their key, in the order in which a present state is told. */
export const eventKinds = ['open', 'abort', 'members', 'roles', 'waits', 'verdicts', 'values'] as const;

/**
 * Tell what a change of one entry means; nothing when it changes nothing that is told.
 *
 * @param key  Below an epoch, `[deployment, epoch, kind, ...]`.
 * @throws corrupt for an entry that is no record of Heddle.
 */
export function eventsOf(key: Key, before: Told, now: Told): readonly DeploymentEvent[] {
  const [, , kind, node = '', name = '', number = ''] = key;
  if (before?.rev === now?.rev) return [];
  switch (kind) {
    case 'roles':
      return now === undefined ? [] : roleEvents(before === undefined ? undefined : parse(before), parse(now));
    case 'waits':
      return waitEvents(Number(number), before, now);
    case 'verdicts':
      return now === undefined ? [] : [deadlockEvent(node, name, Number(number), now)];
    case 'values':
      return now === undefined ? [] : valueEvents(node, name, now);
    case 'members':
      if (before !== undefined && now !== undefined) return [];
      return [{ type: 'member', node, state: now === undefined ? 'gone' : 'joined' }];
    case 'abort': {
      if (now === undefined) return before === undefined ? [] : [{ type: 'abort', state: 'lifted' }];
      const { by, reason, isClosed } = parse<{ by?: string; reason?: string; isClosed?: boolean }>(now);
      // That the epoch is closed its own entry tells.
      if (isClosed === true) return [];
      return [
        {
          type: 'abort',
          state: 'aborted',
          ...(by === undefined ? {} : { by }),
          ...(reason === undefined ? {} : { reason }),
        },
      ];
    }
    case 'open':
      return now === undefined ? [] : [{ type: 'epoch', state: parse<{ state: string }>(now).state }];
    default:
      return [];
  }
}

function roleEvents(before: RoleRecord | undefined, now: RoleRecord): readonly DeploymentEvent[] {
  const { node, role, state, startedAt, endedAt, exitCode, error, unwritten, unread, defaulted, step, updated } = now;
  const count = updated === undefined ? {} : { updated };
  const isNew = before?.state !== state || before.incarnation !== now.incarnation || before.startedAt !== startedAt;
  const events: DeploymentEvent[] = [];
  if (isNew) {
    events.push({
      type: 'role',
      node,
      role,
      state,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...count,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
      ...(unwritten === undefined || unwritten.length === 0 ? {} : { unwritten }),
      ...(unread === undefined ? {} : { unread }),
      ...(defaulted === undefined ? {} : { defaulted }),
    });
  }
  if (state === 'running' && step !== undefined && step !== before?.step)
    events.push({ type: 'step', node, role, step, ...count });
  return events;
}

function waitEvents(number: number, before: Told, now: Told): readonly DeploymentEvent[] {
  const [old, record] = [before, now].map((entry) => (entry === undefined ? undefined : parse<WaitRecord>(entry)));
  const isAnother =
    old !== undefined && record !== undefined && (old.input !== record.input || old.since !== record.since);
  const ended: DeploymentEvent[] =
    old === undefined || (record !== undefined && !isAnother)
      ? []
      : [{ type: 'wait-ended', node: old.node, role: old.role, input: old.input, number }];
  if (record === undefined || (old !== undefined && !isAnother)) return ended;
  return [...ended, { type: 'wait', number, ...record }];
}

function deadlockEvent(node: string, role: string, number: number, now: Entry): DeploymentEvent {
  const { cycle, suggestion } = parse<Pick<VerdictRecord, 'cycle' | 'suggestion'>>(now);
  return {
    type: 'deadlock',
    node,
    role,
    number,
    cycle,
    suggestion: [suggestion, ...otherCuts(cycle, suggestion)].join('; '),
  };
}

/** Only what is said about the value is looked at; one that is seeded without a value is absent. */
function valueEvents(node: string, output: string, now: Entry): readonly DeploymentEvent[] {
  if (now.value.byteLength === 0) return [];
  const { sensitive, source } = parse<Envelope>(now);
  return [{ type: 'value', node, output, revision: now.rev, sensitive, ...(source === undefined ? {} : { source }) }];
}
