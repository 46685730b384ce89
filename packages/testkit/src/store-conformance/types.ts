import type { OpenStoreOptions, Store, StoreCredentials, StoreTls } from '@heddle/core';
import type { ServerTls } from '../servers/certificates.ts';

/** The two functions of a test runner that the kit needs; it imports none itself. */
export interface StoreRunner {
  describe(title: string, body: () => void): void;
  /** `timeoutMs` is a bound that only a test that hangs reaches; a runner may ignore it. */
  it(title: string, body: () => Promise<void>, timeoutMs: number): void;
}

/** Faults of the server, where the backend can produce them. */
export interface StoreFaults {
  /** Make the server silent: nobody gets an answer any more until `start`. Resolves when it is. */
  stop(): Promise<void>;
  /** Let it answer again, with its data and at its old address. */
  start(): Promise<void>;
  /** End it, silent or not, as a crash would; `start` brings it back. */
  kill?(): Promise<void>;
}

/** A connection whose way to the server can be cut while the server goes on. */
export interface CuttableStore {
  readonly store: Store;
  /** Nothing passes any more, in either direction; nothing is closed. */
  cut(): void;
  /** What it asks still arrives, answers do not. */
  cutReplies(): void;
  /** Drop the connections that were cut, and let new ones pass. */
  heal(): void;
  /** Open a further connection by the same way: while it is cut, it is taken and gets no answer. */
  openAnother(options?: OpenStoreOptions): Promise<Store>;
}

/** The servers that are the store together. */
export interface StoreCluster {
  /** End the one that leads, as a crash would; the others go on without it. */
  killLeader(): Promise<void>;
  /** Open a connection to one member alone, that does not lead. */
  openAtMember(options?: OpenStoreOptions): Promise<Store>;
  /** That member hears nothing of the others any more, and goes on to serve. */
  isolateMember(): Promise<void>;
  /** Let all members run, and hear one another. */
  restore(): Promise<void>;
}

/** Who can be given rights. */
export interface StoreGrants {
  /** Open a connection of a user who may hand out rights. */
  openAdministrator(): Promise<Store>;
  /** Open one with credentials that were made in handing them out. */
  openAs(credentials: StoreCredentials): Promise<Store>;
}

export interface EncryptedServer {
  /** Of an empty place on it, without credentials. */
  readonly url: string;
  /** End it as a crash would, and start it again with its data. */
  restart(): Promise<void>;
}

/** Servers that are reached encrypted, and by nobody else. */
export interface StoreEncryption {
  /** Start one; it ends with the backend. */
  serve(tls: ServerTls): Promise<EncryptedServer>;
  open(server: EncryptedServer, tls: StoreTls, options?: OpenStoreOptions): Promise<Store>;
}

/** How a plain Node process opens the same backing store. */
export interface ChildAccess {
  /** File URL of a built module whose default export is the store driver. */
  readonly module: string;
  readonly url: string;
}

/** One empty backing store, made for one test. */
export interface StoreBackend {
  /** Open a further connection, independent of the others, with a session of its own. */
  open(options?: OpenStoreOptions): Promise<Store>;
  readonly faults?: StoreFaults;
  readonly cluster?: StoreCluster;
  openCuttable?(options: OpenStoreOptions): Promise<CuttableStore>;
  /** Open a connection of another user, who may do everything at and below the key `public`, and nothing with what `open`'s connections write elsewhere. */
  openStranger?(): Promise<Store>;
  readonly grants?: StoreGrants;
  readonly encryption?: StoreEncryption;
  readonly child?: ChildAccess;
  /** Close what is open and remove everything; called also when the test failed. */
  dispose(): Promise<void>;
}

/** Makes a fresh backend. */
export type StoreFactory = () => Promise<StoreBackend>;

/** What differs between stores, as data. Tests that need something a store does not offer are not defined at all. */
export interface StoreKnobs {
  /** Define only the tests that need `canStop`, `canKill`, `isClustered`, `canCut`, `canGrant` or `canEncrypt`: the others are proven with another backend of this store. @default false */
  readonly faultsOnly?: boolean;
  /** The backends have `faults`. @default false */
  readonly canStop?: boolean;
  /** The backends have `faults.kill`, and their `stop` ends nothing. @default false */
  readonly canKill?: boolean;
  /** The backends have `cluster`. @default false */
  readonly isClustered?: boolean;
  /** The backends have `openCuttable`. @default false */
  readonly canCut?: boolean;
  /** The backends have `openStranger`: the store checks who may do what. @default false */
  readonly canDeny?: boolean;
  /** The backends have `grants`: every node can have rights of its own. @default false */
  readonly canGrant?: boolean;
  /** The backends have `encryption`. @default false */
  readonly canEncrypt?: boolean;
  /** The backends have `child`. @default false */
  readonly hasChild?: boolean;
  /** Milliseconds, > 0: a session timeout that the store supports and that is short enough to wait for. @default 1000 */
  readonly shortSessionMs?: number;
  /** Milliseconds, > 0: a session timeout that no test outlives. @default 60_000 */
  readonly longSessionMs?: number;
  /** Milliseconds, > 0: the bound of each wait for something that has to happen; a test has three times as long. @default 60_000 */
  readonly patienceMs?: number;
}

/** Defines one test. */
export type DefineTest = (title: string, body: (backend: StoreBackend) => Promise<void>) => void;

/** What every theme gets. */
export interface Theme {
  readonly runner: StoreRunner;
  readonly knobs: Required<StoreKnobs>;
  /** Define a test with a fresh backend, which is disposed of in any case. */
  readonly test: DefineTest;
  /** The same for a test that makes faults; call it only when the knobs promise them. */
  readonly faultTest: DefineTest;
}
