import { HeddleError, suggest } from '@heddle/core';

/** What a run says that nobody but its user has started. */
export interface Knock {
  /** The role that it is to be a run of. @default the one whose turn comes next */
  readonly role?: string | undefined;
  /** It only tells what it would do. */
  readonly whyRun?: boolean | undefined;
  /** Aborted when its process has ended. */
  readonly left: AbortSignal;
}

/** What such a run is told when its turn has come. */
export interface Entry {
  readonly role: string;
  /** Its id, as HEDDLE_RUN. */
  readonly run: string;
}

/** A run from outside whose turn has come. */
export interface Guest {
  readonly left: AbortSignal;
  /** Let it begin. */
  enter(entry: Entry): void;
  /** Tell it that it cannot begin. */
  refuse(error: HeddleError): void;
}

/** A run from outside that has come after all roles had ended. */
export interface Call {
  readonly role: string;
  readonly guest: Guest;
}

interface Visitor extends Guest {
  readonly role: string | undefined;
}

/** How many runs may wait for their turn. */
const mostWaiting = 64;

/** Where the runs of roles come in that the agent does not start itself (`heddle agent --outside ROLE`). Each waits for its role's turn. */
export class Entrance {
  readonly #node: string;
  readonly #roles: readonly string[];
  #visitors: readonly Visitor[] = [];
  /** The role that is waited for. */
  #turn: string | undefined;
  #told: () => void = () => undefined;

  /** @param roles  The roles that are run from outside; one that is said twice counts once. */
  constructor(node: string, roles: readonly string[]) {
    this.#node = node;
    this.#roles = [...new Set(roles)];
  }

  /** True when there is anything to wait for after all roles have ended. */
  get isOpen(): boolean {
    return this.#roles.length > 0;
  }

  /** True when a role is run from outside. */
  has(role: string): boolean {
    return this.#roles.includes(role);
  }

  /**
   * Ask for a run from outside to be let in; resolves when it may begin.
   *
   * @throws usage when it can be no run of a role here; agent-busy when too many wait; what the agent refuses it with; the reason of `left`.
   */
  knock({ role, whyRun, left }: Knock): Promise<Entry> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal(role, whyRun === true);
      if (refusal !== undefined) return reject(refusal);
      if (left.aborted) return reject(left.reason);
      const visitor: Visitor = { role, left, enter: resolve, refuse: reject };
      left.addEventListener('abort', () => {
        this.#remove(visitor);
        reject(left.reason);
      });
      this.#visitors = [...this.#visitors, visitor];
      this.#look();
    });
  }

  /** Wait for the run of a role whose turn it is. Rejects with the reason of the signal. */
  async admit(role: string, signal: AbortSignal): Promise<Guest> {
    this.#turn = role;
    try {
      return await this.#until(signal, () => {
        const guest = this.#visitors.find((visitor) => visitor.role === undefined || visitor.role === role);
        if (guest !== undefined) this.#remove(guest);
        return guest;
      });
    } finally {
      this.#turn = undefined;
    }
  }

  /** Wait, after all roles have ended, for one that can be a run of a role again. Rejects with the reason of the signal. */
  next(signal: AbortSignal): Promise<Call> {
    return this.#until(signal, () => {
      this.#refuse(
        ({ role }) => role === undefined && this.#roles.length > 1,
        () =>
          new HeddleError('usage', `this run can be one of several roles of ${this.#node}, which have all ended`, {
            notes: [`its roles from outside are ${this.#roles.join(', ')}`],
            next: ['say which, in the environment of the command: HEDDLE_ROLE=ROLE'],
          }),
      );
      const [guest] = this.#visitors;
      const role = guest?.role ?? this.#roles[0];
      if (guest === undefined || role === undefined) return undefined;
      this.#remove(guest);
      return { role, guest };
    });
  }

  /** Refuse those who wait to be the run of a role: it cannot start. */
  turnAway(role: string, why: HeddleError): void {
    this.#refuse(
      (visitor) => visitor.role === undefined || visitor.role === role,
      () => why,
    );
  }

  #refusal(role: string | undefined, isWhyRun: boolean): HeddleError | undefined {
    const command = 'heddle exec -- COMMAND  puts an agent of its own around one command';
    if (!this.isOpen) {
      return new HeddleError('usage', `the agent of ${this.#node} starts the runs of its roles itself`, {
        next: ['start it with --outside ROLE for a role that somebody else runs', command],
      });
    }
    if (role !== undefined && !this.has(role)) {
      return new HeddleError(
        'not-found',
        `the agent of ${this.#node} waits for no run of role ${role} from outside${suggest(role, this.#roles, 'it waits for')}`,
      );
    }
    // Its end would be the role's, though it publishes nothing.
    if (isWhyRun) {
      return new HeddleError('usage', 'a why-run is no run of a role', {
        next: ["HEDDLE_OFF=1 COMMAND  shows what Chef would do with the cookbooks' own values"],
      });
    }
    if (this.#visitors.length >= mostWaiting)
      return new HeddleError('agent-busy', `${mostWaiting} runs wait for their turn on ${this.#node} already`);
    return undefined;
  }

  #until<T>(signal: AbortSignal, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#told = () => undefined;
        signal.removeEventListener('abort', stop);
        settle();
      };
      const stop = () => end(() => reject(signal.reason as Error));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) return stop();
      this.#told = () => {
        const found = find();
        if (found !== undefined) end(() => resolve(found));
      };
      this.#look();
    });
  }

  #look(): void {
    const turn = this.#turn;
    // Nobody could tell them when it will be theirs, also where theirs has ended before: that is up to whoever starts the run that is waited for.
    if (turn !== undefined) {
      this.#refuse(
        ({ role }) => role !== undefined && role !== turn,
        (role) =>
          new HeddleError(
            'usage',
            `${this.#node} waits for the run of role ${turn}: one of role ${role} can begin only after that`,
            { next: [`start the run of role ${turn} first`] },
          ),
      );
    }
    this.#told();
  }

  #refuse(isMeant: (visitor: Visitor) => boolean, why: (role: string | undefined) => HeddleError): void {
    for (const visitor of this.#visitors.filter(isMeant)) {
      this.#remove(visitor);
      visitor.refuse(why(visitor.role));
    }
  }

  #remove(visitor: Visitor): void {
    this.#visitors = this.#visitors.filter((other) => other !== visitor);
  }
}
