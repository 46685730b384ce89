import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeRecord, type Json, startEpoch, storedValue } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../src/values/packed.ts';
import { planOf, TestNode } from './fixture.ts';
import { storeNames, useStores } from './gather/stores.ts';

const plan = planOf(
  {
    web: { count: 2, roles: [{ name: 'app', outputs: { facts: 'facts' } }] },
    lb: { roles: [{ name: 'balancer', inputs: { one: '${web[1].facts.list}', all: '${web[*].facts.list}' } }] },
  },
  '2m',
);
const list = Array.from({ length: 105_000 }, (_, index) => `the fact of the index ${index}!`);
const compressible: Json = { list };
const incompressible = randomBytes(2_250_000).toString('base64');

describe.each(storeNames)('a value of 3 MB, store %s', (name) => {
  const useStore = useStores(name);
  const begin = async () => {
    const store = await useStore().open();
    const epoch = await startEpoch(store, plan);
    const nodes = await Promise.all(['web-0', 'web-1', 'lb'].map((node) => TestNode.begin(store, epoch, plan, node)));
    return { store, epoch, nodes: nodes as [TestNode, TestNode, TestNode] };
  };

  it('is published when it can be compressed, read by reference and gathered', async () => {
    expect(JSON.stringify(compressible).length).toBeGreaterThan(2_900_000);
    const { store, epoch, nodes } = await begin();
    const [first, second, lb] = nodes;
    for (const node of [first, second]) await node.publish('app', 'facts', compressible);
    const entry = await store.get(epoch.keys.value('web-1', 'facts'));
    expect(entry?.value.byteLength).toBeLessThan(900_000);
    expect(storedValue(entry)?.envelope.value).toEqual(compressible);
    expect((await lb.read('balancer', 'one'))?.value).toEqual(list);
    expect((await lb.read('balancer', 'all'))?.value).toEqual([list, list]);
  });

  it('is refused with its size when it cannot', async () => {
    const { store, nodes } = await begin();
    await expect(nodes[0].publish('app', 'facts', incompressible)).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(
        new RegExp(
          `wrote web-0\\.facts \\(facts\\): 3000\\d{3} bytes, this store takes ${store.capabilities.maxValueBytes}$`,
        ),
      ),
    });
  });
});

describe('packing', () => {
  it('leaves a small value and one that it would make larger as they are', () => {
    const small = 'x'.repeat(4000);
    expect(pack(small)).toEqual({ value: small });
    const random = randomBytes(30_000).toString('base64');
    expect(pack(random)).toEqual({ value: random });
    expect(pack(null)).toEqual({ value: null });
  });

  it.each<[string, Json]>([
    ['a text with every kind of letter', 'ä€😀\u0000"\\\n'.repeat(1000)],
    ['a list', Array.from({ length: 5000 }, (_, index) => index / 3)],
    ['a map', Object.fromEntries(list.slice(0, 1000).map((text) => [text, [text, null, true]]))],
  ])('gives back %s', (_what, value) => {
    const packed = pack(value);
    expect(packed).toHaveProperty('gzip');
    expect(unpack(packed)).toEqual(value);
  });

  it('says that a value which cannot be unpacked is corrupt', () => {
    expect(() => unpack({ gzip: 'bm9uZQ==' })).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it('leaves a value as it is that is too long to be unpacked, and unpacks no gzip of one', () => {
    const long = 'x'.repeat(17_000_000);
    expect(pack(long)).toEqual({ value: long });
    const gzip = gzipSync(JSON.stringify(long)).toString('base64');
    expect(() => unpack({ gzip })).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it('reads an envelope of an older Heddle', () => {
    const envelope = {
      value: list,
      type: 'list',
      sensitive: false,
      producer: { node: 'a', role: 'b', incarnation: '1' },
    };
    expect(storedValue({ key: ['a'], rev: '1', value: encodeRecord(envelope) })?.envelope).toEqual(envelope);
  });
});
