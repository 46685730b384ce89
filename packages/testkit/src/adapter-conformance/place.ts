import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Json } from '@heddle/core';
import { Gate } from './gate.ts';
import { type HeddleEnd, HeddleProcess } from './heddle-process.ts';
import { Peer } from './peer.ts';
import { endMarked, markVariable } from './processes.ts';
import { sceneFiles } from './scene-file.ts';
import type { AdapterSubject, MakeScene } from './types.ts';

/** Variables that would tell a heddle command something else than the test does. */
const foreignVariables = ['HEDDLE_STORE', 'HEDDLE_DEPLOYMENT', 'HEDDLE_NODE', 'HEDDLE_EPOCH', 'HEDDLE_ROLE'];

/** A role as `heddle status -o json` shows it. */
export interface ShownRole {
  readonly role: string;
  readonly state: string;
  readonly step?: string;
  readonly updated?: number;
}

/** A folder with the deployment of one test, its store, and the agents that the test starts one by one. */
export class Place {
  /** Absolute. */
  readonly directory: string;
  readonly #subject: AdapterSubject;
  readonly #patienceMs: number;
  readonly #gates: Gate[] = [];
  #storeUrl = '';

  private constructor(directory: string, subject: AdapterSubject, patienceMs: number) {
    this.directory = directory;
    this.#subject = subject;
    this.#patienceMs = patienceMs;
  }

  /** Make the folder of a test with nothing in it but the scene's files; `dispose` removes it. */
  static async create(scene: MakeScene, subject: AdapterSubject, patienceMs: number): Promise<Place> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'heddle-kit-')));
    const place = new Place(directory, subject, patienceMs);
    try {
      await subject.install?.(directory);
      for (const [name, text] of Object.entries(sceneFiles(scene(directory), subject))) await place.write(name, text);
    } catch (error) {
      await place.dispose();
      throw error;
    }
    return place;
  }

  /** Start a store and begin an epoch in it. Agents and commands need it; `heddle validate` and `up` do not. */
  async seed(): Promise<void> {
    const store = this.start(['store', join(this.directory, 'store')]);
    this.#storeUrl = await store.firstLine();
    const { exitCode, stderr } = await this.heddle('seed', 'heddle.yaml');
    if (exitCode !== 0) throw new Error(`heddle seed ended with ${exitCode}: ${stderr}`);
  }

  /** Start the agent of a node; it prints its events. */
  agent(node: string): HeddleProcess {
    const where = ['--directory', this.nodeDirectory(node), '--socket', this.#socket(node)];
    return this.start(['agent', '--deployment', 'kit', '--epoch', '1', '--node', node, ...where, '--events']);
  }

  /** Start the agent of the node `peer`; resolves when its role runs and the test can play it. */
  async peer(): Promise<Peer> {
    const gate = await this.gate('peer.gate');
    const agent = this.agent('peer');
    await agent.event({ type: 'role', role: 'peer', state: 'running' });
    return new Peer({ socket: this.#socket('peer'), gate, agent, patienceMs: this.#patienceMs });
  }

  /** Make a gate below the folder. */
  async gate(name: string): Promise<Gate> {
    const gate = await Gate.create(join(this.directory, name));
    this.#gates.push(gate);
    return gate;
  }

  /** The node's own working folder, absolute. */
  nodeDirectory(node: string): string {
    return join(this.directory, 'nodes', node);
  }

  /** Start `heddle ...` in the folder. */
  start(words: readonly string[]): HeddleProcess {
    const { heddle = 'heddle' } = this.#subject;
    const environment = { ...process.env, NO_COLOR: '1', [markVariable]: this.directory };
    for (const name of foreignVariables) delete environment[name as keyof typeof environment];
    const store = this.#storeUrl === '' ? {} : { HEDDLE_STORE: this.#storeUrl };
    return new HeddleProcess({
      program: heddle,
      words,
      directory: this.directory,
      environment: { ...environment, ...store },
      patienceMs: this.#patienceMs,
    });
  }

  /** Run `heddle ...` to its end in the folder. */
  heddle(...words: readonly string[]): Promise<HeddleEnd> {
    return this.start(words).end;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }

  /** Read a file below the folder; undefined when it is not there. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.directory, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Read what a step has written. */
  async json(name: string): Promise<Json> {
    return JSON.parse((await this.read(name)) ?? 'null') as Json;
  }

  /** Resolve when `heddle status` shows a role as wanted. */
  async shownRole(name: string, isWanted: (role: ShownRole) => boolean): Promise<ShownRole> {
    const endMs = performance.now() + this.#patienceMs;
    for (;;) {
      const { stdout } = await this.heddle('status', '-o', 'json');
      const { roles } = JSON.parse(stdout) as { roles: readonly ShownRole[] };
      const role = roles.find((candidate) => candidate.role === name);
      if (role !== undefined && isWanted(role)) return role;
      if (performance.now() > endMs) throw new Error(`heddle status does not show it: ${JSON.stringify(role)}`);
    }
  }

  /** End everything that was started here and remove the folder. */
  async dispose(): Promise<void> {
    await endMarked(this.directory, this.#patienceMs);
    for (const gate of this.#gates) await gate.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  #socket(node: string): string {
    return join(this.directory, `${node}.sock`);
  }
}
