import { openStore } from '@heddle/agent';
import { decodeRecord, type Envelope, epochKeys, type Json, type RoleRecord, type Store } from '@heddle/core';
import { onTestFinished } from 'vitest';
import type { Deployment } from './deployment.ts';
import { startStoreProcess } from './embedded-server.ts';
import { eventually } from './eventually.ts';
import { parseStatus, states } from './read-status.ts';
import type { HeddleEnd, HeddleRun } from './run.ts';

interface SeedListing {
  readonly deployment: string;
  readonly epoch: string;
  readonly agents: readonly { readonly node: string; readonly command: readonly string[] }[];
}

/** An epoch that was seeded, and whose agents are started one by one, as on computers of their own. */
export class SeededEpoch {
  readonly deployment: Deployment;
  readonly #url: string;
  readonly #listing: SeedListing;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(deployment: Deployment, url: string, listing: SeedListing, environment: NodeJS.ProcessEnv) {
    this.deployment = deployment;
    this.#url = url;
    this.#listing = listing;
    this.#environment = environment;
  }

  /**
   * Seed heddle.yaml of a deployment.
   *
   * @param storeUrl     @default that of the tests; embedded: a store process of its own, so that no agent is the store
   * @param environment  Of every command.
   */
  static async start(
    deployment: Deployment,
    { storeUrl, environment = {} }: { storeUrl?: string; environment?: NodeJS.ProcessEnv } = {},
  ): Promise<SeededEpoch> {
    const url = storeUrl ?? deployment.storeUrl ?? (await ownStore());
    const env = { ...environment, HEDDLE_STORE: url };
    const seed = await deployment.startWith(env, 'seed', 'heddle.yaml', '-o', 'json').end();
    if (seed.exitCode !== 0) throw new Error(`heddle seed ended with ${seed.exitCode}: ${seed.stderr}`);
    return new SeededEpoch(deployment, url, JSON.parse(seed.stdout) as SeedListing, env);
  }

  /**
   * Start the agent of a node with the words that seed printed for it.
   *
   * @param more  Words after them, which beat them.
   */
  agent(
    node: string,
    { environment = {}, more = [] }: { environment?: NodeJS.ProcessEnv; more?: string[] } = {},
  ): HeddleRun {
    const words = this.#listing.agents.find((agent) => agent.node === node)?.command.slice(1);
    if (words === undefined) throw new Error(`no node ${node} was seeded`);
    const hasOwnCredentials = words.includes('--credentials');
    // On a computer of its own nobody is the administrator.
    const user = hasOwnCredentials ? { HEDDLE_STORE_USER: undefined, HEDDLE_STORE_PASSWORD: undefined } : {};
    return this.deployment.startWith({ ...this.#environment, ...user, ...environment }, ...words, ...more);
  }

  /** Run a command against its store to the end. */
  run(...words: readonly string[]): Promise<HeddleEnd> {
    return this.start(...words).end();
  }

  /** Start a command against its store. */
  start(...words: readonly string[]): HeddleRun {
    return this.deployment.startWith({ ...this.#environment, HEDDLE_DEPLOYMENT: this.#listing.deployment }, ...words);
  }

  /** The state of every role, `db.mysql` to `done`. */
  async states(): Promise<Record<string, string>> {
    return states(parseStatus(await this.run('status', '-o', 'json')));
  }

  /** Read what stands in the store with a connection of the test's own. */
  async look(): Promise<StoreLook> {
    const { HEDDLE_STORE_USER: user, HEDDLE_STORE_PASSWORD: password } = { ...process.env, ...this.#environment };
    const credentials = user === undefined || password === undefined ? {} : { credentials: { user, password } };
    const store = await openStore(this.#url, credentials);
    onTestFinished(() => store.close());
    return new StoreLook(store, this.#listing);
  }
}

/** What stands in the store of an epoch. */
export class StoreLook {
  readonly #store: Store;
  readonly #keys: ReturnType<typeof epochKeys>;

  constructor(store: Store, { deployment, epoch }: { deployment: string; epoch: string }) {
    this.#store = store;
    this.#keys = epochKeys(deployment, epoch);
  }

  async value(node: string, output: string): Promise<Envelope | undefined> {
    const entry = await this.#store.get(this.#keys.value(node, output));
    return entry === undefined || entry.value.byteLength === 0
      ? undefined
      : (decodeRecord(entry.value) as unknown as Envelope);
  }

  async role(node: string, role: string): Promise<RoleRecord | undefined> {
    const entry = await this.#store.get(this.#keys.role(node, role));
    return entry === undefined ? undefined : (decodeRecord(entry.value) as unknown as RoleRecord);
  }

  async incarnation(node: string): Promise<Json | undefined> {
    const entry = await this.#store.get(this.#keys.incarnation(node));
    return entry === undefined ? undefined : decodeRecord(entry.value);
  }

  /** When a node last announced itself as a member; undefined: its session is over. */
  async joinedAt(node: string): Promise<string | undefined> {
    const entry = await this.#store.get(this.#keys.member(node));
    return entry === undefined ? undefined : (decodeRecord(entry.value) as { since: string }).since;
  }

  /** Resolve when the store has ended the session of a node's agent. */
  async sessionOver(node: string): Promise<void> {
    await eventually(`the session of ${node} is over`, async () => (await this.joinedAt(node)) === undefined);
  }
}

async function ownStore(): Promise<string> {
  const server = await startStoreProcess();
  onTestFinished(() => server.close());
  return server.url;
}
