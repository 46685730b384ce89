import { uptime } from 'node:os';
import type { AgentEvent } from '@heddle/agent';
import { type Clock, formatDuration, HeddleError, runAgainText } from '@heddle/core';

/** What a role that has not ended is at. */
interface RoleNow {
  /** What it waits for, input to text. */
  readonly waits: Map<string, string>;
  step?: string;
  /** The last line of a long wait: it names the producer and what that one is doing. */
  wait?: string;
}

export interface BootLimitOptions {
  readonly clock: Clock;
  /** Milliseconds that the boot may take; absent: as long as it likes. */
  readonly limitMs: number | undefined;
  /** Milliseconds that were spent before, while what the machine lacked was installed. */
  readonly spentMs: number;
  /** Aborted from outside. */
  readonly signal: AbortSignal;
}

/** Ends a boot that takes longer than its caller waits, while there is time to say what it was at. */
export class BootLimit {
  /** Aborted by the limit, or from outside. */
  readonly signal: AbortSignal;
  readonly #roles = new Map<string, RoleNow>();
  readonly #cancel: () => void;
  #node = 'this machine';

  constructor(options: BootLimitOptions) {
    const { clock, limitMs, spentMs, signal } = options;
    const limit = new AbortController();
    this.signal = AbortSignal.any([signal, limit.signal]);
    this.#cancel =
      limitMs === undefined
        ? () => undefined
        : clock.timer(Math.max(0, limitMs - spentMs), () => limit.abort(this.#error(limitMs)));
  }

  /** Learn what the roles are at. */
  follow(event: AgentEvent): void {
    if (!('role' in event) || event.role === undefined) return;
    const { role } = event;
    if (event.type === 'role' && event.state !== 'running') {
      this.#roles.delete(role);
      return;
    }
    const now = this.#roles.get(role) ?? { waits: new Map<string, string>() };
    this.#roles.set(role, now);
    if (event.type === 'wait') {
      const place = event.source === undefined ? '' : ` (${event.source})`;
      now.waits.set(event.input, `${event.missing.join(', ')}${place}`);
    }
    if (event.type === 'received') now.waits.delete(event.input);
    if (event.type === 'still-waiting') now.wait = event.text;
    if (event.type === 'step') now.step = event.step;
  }

  /** Learn which node boots. */
  name(node: string): void {
    this.#node = node;
  }

  stop(): void {
    this.#cancel();
  }

  #error(limitMs: number): HeddleError {
    const node = this.#node;
    const after = `after ${formatDuration(limitMs)}, shortly before Heat gives it up`;
    const next = ['compile the template with a longer --timeout, or with deadlines that end such a wait before'];
    const [first] = this.#roles;
    if (first === undefined) {
      return new HeddleError('unavailable', `the boot of ${node} was stopped ${after}: no role was running`, { next });
    }
    const notes = [...this.#roles].map(([role, now]) => `role ${role} ${doing(now)}`);
    return new HeddleError('role-failed', `${node} role ${first[0]} was stopped: it had not ended ${after}`, {
      notes,
      next: [...next, `look at its log, then run ${runAgainText({ node, role: first[0] })}`],
      details: { node, role: first[0] },
    });
  }
}

function doing({ waits, step, wait }: RoleNow): string {
  if (waits.size === 0)
    return step === undefined ? 'waits for no value: it runs' : `waits for no value: it is at ${step}`;
  return `waits for ${[...waits.values()].join('; ')}${wait === undefined ? '' : `: ${wait}`}`;
}

/** Milliseconds since boot.sh began, which says it by the machine's uptime: a clock that is set meanwhile changes nothing. */
export function spentBefore(environment: NodeJS.ProcessEnv): number {
  const began = Number(environment['HEDDLE_BOOT_BEGAN']);
  return Number.isFinite(began) && began > 0 ? Math.max(0, (uptime() - began) * 1000) : 0;
}
