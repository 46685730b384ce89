import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { cutChunks, type HeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { begin, planOf } from '../fixture.ts';

const all = (count: number, inputs: object) =>
  planOf({
    web: { count, roles: [{ name: 'app', inputs, outputs: { ip: 'ip' } }] },
    lb: { roles: [{ name: 'balancer', inputs: { backends: '${web[*].ip}' } }] },
  });

describe('a gather', () => {
  it('waits for every member and gives a list in index order, to everybody', async () => {
    const { nodes } = await begin(all(12, { peers: '${web[*].ip}', byName: { $gather: 'web.ip', as: 'map' } }));
    const members = Array.from({ length: 12 }, (_, index) => `web-${index}`);
    const readers = [
      ...members.map((member) => nodes[member]?.read('app', 'peers')),
      nodes['lb']?.read('balancer', 'backends'),
    ];
    for (const member of [...members].reverse()) await nodes[member]?.publish('app', 'ip', `10.0.0.${member.slice(4)}`);
    const expected = members.map((_, index) => `10.0.0.${index}`);
    for (const reader of readers) expect((await reader)?.value).toEqual(expected);
    expect((await nodes['web-3']?.read('app', 'byName'))?.value).toEqual(
      Object.fromEntries(members.map((member, index) => [member, expected[index]])),
    );
  });

  it('is collected by one writer, into one head', async () => {
    const { store, epoch, nodes } = await begin(all(3, { peers: '${web[*].ip}' }));
    for (const index of [0, 1, 2]) await nodes[`web-${index}`]?.publish('app', 'ip', index);
    await Promise.all([0, 1, 2].map((index) => nodes[`web-${index}`]?.read('app', 'peers')));
    const keys = (await store.list(epoch.keys.gathers())).map((entry) => entry.key.slice(3).join('/'));
    expect(keys.filter((key) => key !== 'web/ip/3/progress')).toEqual(['web/ip/3/head']);
  });

  it('gives a later reader the latest value of a member that wrote again', async () => {
    const { nodes } = await begin(all(2, { peers: '${web[*].ip}' }));
    for (const index of [0, 1]) await nodes[`web-${index}`]?.publish('app', 'ip', 'old');
    expect((await nodes['web-0']?.read('app', 'peers'))?.value).toEqual(['old', 'old']);
    await nodes['web-0']?.awaiter.close();
    // The writer has gone: whoever reads next may not trust its head.
    await nodes['web-1']?.publish('app', 'ip', 'new');
    expect((await nodes['lb']?.read('balancer', 'backends'))?.value).toEqual(['old', 'new']);
  });

  it('fails its readers when a member will never write, and names it', async () => {
    const { nodes } = await begin(all(3, { peers: '${web[*].ip}' }));
    await nodes['web-0']?.publish('app', 'ip', 1);
    const reading = nodes['lb']?.read('balancer', 'backends').catch((error: HeddleError) => error);
    await (await nodes['web-1']?.run('app'))?.end({ state: 'failed', exitCode: 1 });
    expect(await reading).toMatchObject({ code: 'producer-failed' });
    expect(((await reading) as HeddleError).message).toContain('needs web-1.ip (input backends)');
  });

  it('with atLeast is content with enough members', async () => {
    const { nodes } = await begin(all(3, { peers: { $gather: 'web.ip', atLeast: 2 } }));
    const reading = nodes['web-0']?.read('app', 'peers');
    await nodes['web-2']?.publish('app', 'ip', 'two');
    await nodes['web-0']?.publish('app', 'ip', 'zero');
    expect((await reading)?.value).toEqual(['zero', 'two']);
  });

  it('with atLeast fails when too few members can still write', async () => {
    const { nodes } = await begin(all(3, { peers: { $gather: 'web.ip', atLeast: 2 } }));
    const reading = nodes['web-0']?.read('app', 'peers').catch((error: HeddleError) => error);
    for (const index of [1, 2]) await (await nodes[`web-${index}`]?.run('app'))?.end({ state: 'done' });
    expect(await reading).toMatchObject({ code: 'never-written' });
  });

  it('may say missing: fail and still read what is there', async () => {
    const { nodes } = await begin(all(2, { peers: { $value: '${web[*].ip}', missing: 'fail' } }));
    await expect(nodes['web-0']?.read('app', 'peers')).rejects.toMatchObject({ code: 'missing-value' });
    for (const index of [0, 1]) await nodes[`web-${index}`]?.publish('app', 'ip', index);
    expect((await nodes['web-0']?.read('app', 'peers'))?.value).toEqual([0, 1]);
  });

  it('has the packed values of its members as they stand in the store', async () => {
    const { store, epoch, nodes } = await begin(all(2, { peers: '${web[*].ip}' }));
    const text = 'facts '.repeat(2000);
    // No other packing of the value would be the same.
    const gzip = gzipSync(JSON.stringify(text), { level: 0 }).toString('base64');
    for (const index of [0, 1])
      await nodes[`web-${index}`]?.session.write(epoch.keys.value(`web-${index}`, 'ip'), { gzip, sensitive: false });
    expect((await nodes['lb']?.read('balancer', 'backends'))?.value).toEqual([text, text]);
    const head = await store.get(epoch.keys.gatherHead('web', 'ip', 2));
    expect(JSON.parse(Buffer.from(head?.value ?? []).toString())).toMatchObject({
      members: [
        ['web-0', expect.anything(), null, gzip],
        ['web-1', expect.anything(), null, gzip],
      ],
    });
  });

  it('takes values that only fit into several chunks', async () => {
    const { nodes } = await begin(all(4, { peers: '${web[*].ip}' }));
    const values = [0, 1, 2, 3].map(() => randomBytes(300_000).toString('base64'));
    const large = (index: number) => values[index] ?? '';
    for (const index of [0, 1, 2, 3]) await nodes[`web-${index}`]?.publish('app', 'ip', large(index));
    expect((await nodes['lb']?.read('balancer', 'backends'))?.value).toEqual([0, 1, 2, 3].map(large));
  });
});

describe('cutting into chunks', () => {
  it('keeps the order, keeps below the size, and never makes an empty chunk', () => {
    const values = ['aaaa', 'bbbb', 'cccc'].map((text) => [text, 'r', text] as const);
    expect(cutChunks(values, 48)).toEqual([[values[0], values[1]], [values[2]]]);
    expect(cutChunks(values, 1)).toEqual([[values[0]], [values[1]], [values[2]]]);
  });

  it('measures a packed member as it is written', () => {
    const members = ['YWFh', 'YmI='].map((gzip) => ['ä', 'r"', null, gzip] as const);
    const sizeBytes = Buffer.byteLength(JSON.stringify(members)) + 1;
    expect(cutChunks(members, sizeBytes)).toEqual([members]);
    expect(cutChunks(members, sizeBytes - 1)).toEqual([[members[0]], [members[1]]]);
  });
});

describe('a member whose role runs again', () => {
  it('is waited for by readers that come later, although it had failed', async () => {
    const { nodes } = await begin(all(2, { peers: '${web[*].ip}' }));
    await nodes['web-0']?.publish('app', 'ip', 'zero');
    const failed = await nodes['web-1']?.run('app');
    const first = nodes['lb']?.read('balancer', 'backends').catch((error: HeddleError) => error);
    await failed?.end({ state: 'failed', exitCode: 1 });
    expect(await first).toMatchObject({ code: 'producer-failed' });
    await nodes['web-1']?.run('app');
    await nodes['web-1']?.publish('app', 'ip', 'one');
    expect((await nodes['web-0']?.read('app', 'peers'))?.value).toEqual(['zero', 'one']);
  });
});
