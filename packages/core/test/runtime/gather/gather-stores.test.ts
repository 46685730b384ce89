import { randomBytes } from 'node:crypto';
import { type Epoch, type GatherHead, type Key, type Store, startEpoch } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { planOf, TestNode } from '../fixture.ts';
import { signal, storeNames, type TestStores, until, useStores } from './stores.ts';

const count = 6;
const members = Array.from({ length: count }, (_, index) => `web-${index}`);
const [first = '', ...others] = members;
const plan = planOf(
  {
    web: { count, roles: [{ name: 'app', inputs: { peers: '${web[*].ip}' }, outputs: { ip: 'ip' } }] },
    lb: { roles: [{ name: 'balancer', inputs: { backends: '${web[*].ip}' } }] },
  },
  '2m',
);
const short = members.map((member) => `ip of ${member}`);
/** Together more than any store takes as one value, however well they are packed. */
const long = members.map(() => randomBytes(270_000).toString('base64'));
const longSession = { sessionTimeoutMs: 600_000 };
const shortSession = { sessionTimeoutMs: 2000 };

interface Scene {
  readonly parts: TestStores;
  readonly store: Store;
  readonly epoch: Epoch;
  /** The first member, on a store of its own. */
  readonly writer: TestNode;
  /** All other nodes, on another one. */
  readonly nodes: Readonly<Record<string, TestNode>>;
}

const headKey = ({ epoch }: Scene): Key => epoch.keys.gatherHead('web', 'ip', count);
const isComplete = (head: GatherHead | undefined) => head?.members !== undefined || head?.chunks !== undefined;
const headOf = (scene: Scene, isWanted: (head: GatherHead | undefined) => boolean) =>
  until<GatherHead>(scene.store, headKey(scene), isWanted);
const readOthers = ({ nodes }: Scene) => [
  ...others.map((member) => nodes[member]?.read('app', 'peers')),
  nodes['lb']?.read('balancer', 'backends'),
];
const publish = async ({ writer, nodes }: Scene, names: readonly string[], values: readonly string[] = short) => {
  for (const member of names) {
    const node = member === first ? writer : nodes[member];
    await node?.publish('app', 'ip', values[members.indexOf(member)] ?? '');
  }
};
const chunksOf = async ({ store, epoch }: Scene) =>
  (await store.list(epoch.keys.gather('web', 'ip')))
    .map(({ key }) => key.slice(-2).join('/'))
    .filter((path) => /^\d+\/\d+$/.test(path));

describe.each(storeNames)('a gather on %s', (name) => {
  const stores = useStores(name);

  async function begin(own: (parts: TestStores) => Promise<Store>): Promise<Scene> {
    const parts = stores();
    const store = await parts.open(longSession);
    const epoch = await startEpoch(store, plan);
    const nodes: Record<string, TestNode> = {};
    for (const node of [...others, 'lb']) nodes[node] = await TestNode.begin(store, epoch, plan, node);
    return { parts, store, epoch, nodes, writer: await TestNode.begin(await own(parts), epoch, plan, first) };
  }

  /** Let the first member become the writer, and know of half of the members. */
  async function collectHalf(scene: Scene, signal?: AbortSignal): Promise<{ reading: Promise<unknown> }> {
    const reading = scene.writer.read('app', 'peers', signal === undefined ? {} : { signal });
    await headOf(scene, (head) => head !== undefined);
    await publish(scene, members.slice(0, 3));
    const progressKey = scene.epoch.keys.gatherProgress('web', 'ip', count);
    await until<{ present: string[] }>(scene.store, progressKey, (progress) => progress?.present.length === 3);
    return { reading };
  }

  it('goes on with another writer when the session of its writer ends in the middle of collecting', async () => {
    const scene = await begin((parts) => parts.open(longSession));
    const stopped = new AbortController();
    const { reading } = await collectHalf(scene, stopped.signal);
    const readings = readOthers(scene);
    await scene.writer.session.store.close();
    await publish(scene, members.slice(3));
    for (const read of readings) expect((await read)?.value).toEqual(short);
    stopped.abort(new Error('its agent has gone'));
    await expect(reading).rejects.toThrow('its agent has gone');
  });

  it('goes on with another writer when its writer is cut off with half of the members, which reads like all others when it is back', async () => {
    let cut: () => void = () => undefined;
    let heal: () => void = () => undefined;
    const scene = await begin(async (parts) => {
      const cuttable = await parts.openCuttable(shortSession);
      ({ cut, heal } = cuttable);
      return cuttable.store;
    });
    const { reading } = await collectHalf(scene);
    const former = (await headOf(scene, (head) => head !== undefined))?.writer;
    const readings = readOthers(scene);
    cut();
    await publish(scene, members.slice(3));
    for (const read of readings) expect((await read)?.value).toEqual(short);
    heal();
    expect(await reading).toMatchObject({ value: short });
    expect((await headOf(scene, (head) => head !== undefined))?.writer).not.toBe(former);
  });

  it('is handed over while the session of its writer lives when its agent ends normally', async () => {
    const scene = await begin((parts) => parts.open(longSession));
    const stopped = new AbortController();
    const { reading } = await collectHalf(scene, stopped.signal);
    const readings = readOthers(scene);
    stopped.abort(new Error('its role was stopped'));
    await expect(reading).rejects.toThrow('its role was stopped');
    await scene.writer.awaiter.close();
    await publish(scene, members.slice(3));
    for (const read of readings) expect((await read)?.value).toEqual(short);
  });

  it('is read from chunks when it is larger than a value may be', async () => {
    const scene = await begin((parts) => parts.open(longSession));
    const readings = readOthers(scene);
    await publish(scene, members, long);
    for (const read of readings) expect((await read)?.value).toEqual(long);
    expect((await chunksOf(scene)).length).toBeGreaterThan(1);
  });

  it('is written anew when its writer goes between the chunks and the head', async () => {
    const gone = signal();
    const scene = await begin(async (parts) => {
      const store = await parts.open(longSession);
      return {
        ...store,
        async put(key, value, options) {
          if (key.at(-1) !== 'head' || !Buffer.from(value).includes('"chunks"')) return store.put(key, value, options);
          await store.close();
          gone.give();
          return store.put(key, value, options);
        },
      };
    });
    const stopped = new AbortController();
    const reading = scene.writer.read('app', 'peers', { signal: stopped.signal });
    await headOf(scene, (head) => head !== undefined);
    await publish(scene, members, long);
    await gone.given;
    const left = await chunksOf(scene);
    expect(left.every((path) => path.startsWith('1/'))).toBe(true);
    for (const read of readOthers(scene)) expect((await read)?.value).toEqual(long);
    const head = await headOf(scene, isComplete);
    expect(head?.generation).toBe(2);
    await until(scene.store, scene.epoch.keys.gatherChunk('web', 'ip', count, 1, 0), (chunk) => chunk === undefined);
    stopped.abort(new Error('its agent has gone'));
    await expect(reading).rejects.toThrow();
  });

  it('ends for all when the member that all wait for begins last', async () => {
    const parts = stores();
    const store = await parts.open(longSession);
    const epoch = await startEpoch(store, plan);
    const nodes: Record<string, TestNode> = {};
    for (const node of [first, ...others.slice(0, -1), 'lb'])
      nodes[node] = await TestNode.begin(store, epoch, plan, node);
    const early = members.slice(0, -1);
    const waiting = nodes['lb']?.nextRecord();
    const readings = [
      ...early.map((member) => nodes[member]?.read('app', 'peers')),
      nodes['lb']?.read('balancer', 'backends'),
    ];
    for (const member of early) await nodes[member]?.publish('app', 'ip', `ip of ${member}`);
    await waiting;
    const last = await TestNode.begin(await parts.open(longSession), epoch, plan, members.at(-1) ?? '');
    await last.publish('app', 'ip', short.at(-1) ?? '');
    expect((await last.read('app', 'peers')).value).toEqual(short);
    for (const read of readings) expect((await read)?.value).toEqual(short);
  });

  it('is read again when a member writes again while its chunks are read, and never as a mixture', async () => {
    const reached = signal();
    const goOn = signal();
    const scene = await begin(async (parts) => {
      const store = await parts.open(longSession);
      return {
        ...store,
        async get(key, options) {
          if (key.includes('gathers') && key.at(-1) === '0') {
            reached.give();
            await goOn.given;
          }
          return store.get(key, options);
        },
      };
    });
    await publish(scene, members, long);
    for (const read of readOthers(scene)) expect((await read)?.value).toEqual(long);
    const reading = scene.writer.read('app', 'peers');
    await reached.given;
    const again = long.with(2, 'written again');
    await publish(scene, [members[2] ?? ''], again);
    await until(scene.store, scene.epoch.keys.gatherChunk('web', 'ip', count, 1, 0), (chunk) => chunk === undefined);
    goOn.give();
    const { value, revisions } = await reading;
    expect(value).toEqual(again);
    const rewritten = await scene.store.get(scene.epoch.keys.value(members[2] ?? '', 'ip'));
    expect(revisions['web-2.ip']).toBe(rewritten?.rev);
  });

  it.each([
    ['head', short],
    ['chunk', long],
  ] as const)('takes no %s of a writer that wakes up after its session has ended', async (what, values) => {
    const reached = signal();
    const goOn = signal();
    let cut: () => void = () => undefined;
    let heal: () => void = () => undefined;
    let late: unknown;
    const scene = await begin(async (parts) => {
      const cuttable = await parts.openCuttable(shortSession);
      const { store } = cuttable;
      ({ cut, heal } = cuttable);
      const isHeld = (key: Key, value: Uint8Array) =>
        what === 'chunk'
          ? /^\d+$/.test(key.at(-1) ?? '')
          : key.at(-1) === 'head' && Buffer.from(value).includes('"members"');
      return {
        ...store,
        async put(key, value, options) {
          if (late !== undefined || !key.includes('gathers') || !isHeld(key, value))
            return store.put(key, value, options);
          late = 'held';
          reached.give();
          await goOn.given;
          const written = store.put(key, value, options);
          late = await written.catch((error: unknown) => error);
          return written;
        },
      };
    });
    const reading = scene.writer.read('app', 'peers');
    await headOf(scene, (head) => head !== undefined);
    await publish(scene, members, values);
    await reached.given;
    cut();
    for (const read of readOthers(scene)) expect((await read)?.value).toEqual(values);
    await headOf(scene, isComplete);
    const before = await scene.store.get(headKey(scene));
    heal();
    goOn.give();
    expect((await reading).value).toEqual(values);
    await scene.writer.awaiter.close();
    if (what === 'head') expect(late).toMatchObject({ ok: false });
    else expect(late).toMatchObject({ code: 'fenced' });
    expect((await scene.store.get(headKey(scene)))?.rev).toBe(before?.rev);
  });
});
