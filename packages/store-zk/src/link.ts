import type { StoreTls } from '@heddle/core';
import type { AclEntry, Identity } from './access/identity.ts';
import type { ServerAddress } from './url.ts';

/** A session as the server knows it; it outlives its links. */
export interface Session {
  /** Hexadecimal. */
  readonly id: string;
  readonly password: Uint8Array;
  /** Milliseconds, as the server has granted it. */
  readonly timeoutMs: number;
}

/** One step of a transaction. None of them names a version: what a write expects is expressed by names. */
export type Step =
  | { readonly do: 'check' | 'remove'; readonly path: string }
  | { readonly do: 'set'; readonly path: string; readonly data: Uint8Array }
  | {
      readonly do: 'create';
      readonly path: string;
      readonly data?: Uint8Array;
      readonly isEphemeral?: boolean;
      /** Others may list what is below and create there. Without credentials everybody may do everything. @default false */
      readonly isShared?: boolean;
      /** Who may do what with it. @default this connection everything, without credentials everybody */
      readonly acl?: readonly AclEntry[] | undefined;
    };

/** Why a step was refused. */
export type Refusal = 'absent' | 'exists' | 'not-empty';

/** What a transaction came to: all steps have happened, or none, because of the one at `at`. */
export type Commit = { readonly ok: true } | { readonly ok: false; readonly at: number; readonly why: Refusal };

/**
 * What can be asked on a link. Each throws `unavailable` when the link is or gets lost, and then nobody knows what became of
 * it; `denied`; `unexpected` for what cannot happen.
 */
export interface Requests {
  /** The last transaction that the server had done when it answered last; what is asked from now on is done after it. */
  readonly seen: bigint;
  readonly session: Session;
  /** True when nothing is sent on it any more. */
  readonly isLost: boolean;
  /** True when the connection shows who it is. */
  readonly hasAcl: boolean;
  /** The znodes that were granted to this connection to write at and below, for a node. */
  readonly granted: ReadonlySet<string>;
  /** The data of a znode; undefined when there is no znode. `changed` is told once, when one that is there is changed or removed. */
  data(path: string, changed?: () => void): Promise<Uint8Array | undefined>;
  /** The names of a znode's children; undefined when there is no znode. `changed` is told once, at their next change. */
  children(path: string, changed?: () => void): Promise<readonly string[] | undefined>;
  /** The last transaction that created or removed a child of a znode; undefined when there is no znode. */
  childrenChanged(path: string): Promise<bigint | undefined>;
  /** Whether there is a znode. `changed` is told once, when it is created or removed. */
  exists(path: string, changed?: () => void): Promise<boolean>;
  commit(steps: readonly Step[]): Promise<Commit>;
  /** Who may do what with a znode, of the digest scheme; undefined when there is no znode, or it is closed to this connection. */
  acl(path: string): Promise<readonly AclEntry[] | undefined>;
  /** Change it; nothing happens when there is no znode. */
  setAcl(path: string, acl: readonly AclEntry[]): Promise<void>;
}

/** One TCP connection to one server. Requests are answered in the order in which they are made. */
export interface Link extends Requests {
  /** When something came from the server last, by performance.now(). */
  readonly heardMs: number;
  /** Forget who wanted to be told. */
  unwatch(path: string, changed: () => void): void;
  /** End the session; resolves when the server has done it, or the link is lost. */
  end(): Promise<void>;
  /** Give the link up; everything pending on it fails. */
  destroy(reason: Error): void;
}

export interface LinkOptions {
  readonly server: ServerAddress;
  /** The session to go on with. */
  readonly session: Session | undefined;
  /** Milliseconds asked for a new session. */
  readonly sessionTimeoutMs: number;
  /** Milliseconds for the connection and the server's first answer. */
  readonly connectTimeoutMs: number;
  /** As whom to connect, all at once. */
  readonly identities: readonly Identity[];
  /** The znodes that were granted to it to write at and below, for a node. @default none */
  readonly granted?: readonly string[];
  /** Undefined: not encrypted. */
  readonly tls: StoreTls | undefined;
  readonly signal: AbortSignal;
  /** Called at most once, and only after the link was open. */
  readonly lost: (reason: Error) => void;
}
