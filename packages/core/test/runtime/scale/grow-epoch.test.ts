import {
  growEpoch,
  type Plan,
  type PlanSlice,
  parse,
  readScale,
  readSlice,
  roleDigest,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';

const planWith = (count: number) =>
  planOf({
    web: { count, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
    lb: { roles: [{ name: 'balancer', inputs: { backends: '${web[*].ip}' } }, { name: 'tidy' }] },
  });
const options = { by: 'root@ops', clock: systemClock, credentials: new Map() };

async function ran(node: TestNode, plan: Plan, name: string, role: string): Promise<void> {
  const found = plan.nodes.find((each) => each.name === name)?.roles.find((each) => each.name === role);
  if (found === undefined) throw new Error(`no role ${name}.${role}`);
  await (await node.run(role)).end({ state: 'done', digest: roleDigest(found) });
}

async function begun(): Promise<{ store: Store; epoch: Awaited<ReturnType<typeof startEpoch>>; lb: TestNode }> {
  const store = await openFixtureStore();
  const plan = planWith(2);
  const epoch = await startEpoch(store, plan);
  const lb = await TestNode.begin(store, epoch, plan, 'lb');
  return { store, epoch, lb };
}

describe('an epoch that grows', () => {
  it('gives new members their plan and tells which roles ran by another one, before it is announced', async () => {
    const { store, epoch, lb } = await begun();
    await ran(lb, planWith(2), 'lb', 'balancer');
    await ran(lb, planWith(2), 'lb', 'tidy');
    const grown = await growEpoch(store, epoch, planWith(3), options);
    expect(grown).toMatchObject({
      groups: { web: { from: 2, to: 3 } },
      added: ['web-2'],
      outdated: [{ node: 'lb', role: 'balancer' }],
    });
    expect((await readSlice(store, epoch, 'web-2')).node.index).toBe(2);
    expect(await readScale(store, epoch)).toMatchObject({ groups: { web: 3 }, by: 'root@ops', isReady: false });
    await grown.announce();
    expect(await readScale(store, epoch)).toMatchObject({ isReady: true });
    expect(await growEpoch(store, epoch, planWith(3), options)).toMatchObject({ groups: {}, added: [], outdated: [] });
  });

  it('is finished by doing it again when it was interrupted', async () => {
    const { store, epoch, lb } = await begun();
    await ran(lb, planWith(2), 'lb', 'balancer');
    await growEpoch(store, epoch, planWith(4), options);
    const again = await growEpoch(store, epoch, planWith(4), options);
    expect(again.outdated).toEqual([{ node: 'lb', role: 'balancer' }]);
    await again.announce();
    expect(await readScale(store, epoch)).toMatchObject({ groups: { web: 4 }, isReady: true });
  });

  it('knows, when it is done again, who joins and has no credentials yet', async () => {
    const { store, epoch } = await begun();
    await growEpoch(store, epoch, planWith(4), options);
    expect(await readScale(store, epoch)).toMatchObject({ joining: ['web-2', 'web-3'] });
    const credentials = new Map([['web-2', { user: 'web-2', password: 'secret' }]]);
    const again = await growEpoch(store, epoch, planWith(4), { ...options, credentials });
    expect(await readScale(store, epoch)).toMatchObject({ joining: ['web-3'] });
    await again.announce();
    expect(await readScale(store, epoch)).not.toHaveProperty('joining');
  });

  it('refuses who has read the plans before another one has done all of its growth', async () => {
    const { store, epoch } = await begun();
    let isOvertaken = false;
    const slow: Store = {
      ...store,
      async list(prefix, listOptions) {
        const entries = await store.list(prefix, listOptions);
        if (!isOvertaken) {
          isOvertaken = true;
          await (await growEpoch(store, epoch, planWith(6), options)).announce();
        }
        return entries;
      },
    };
    await expect(growEpoch(slow, epoch, planWith(5), options)).rejects.toMatchObject({ code: 'fenced' });
    expect(await readScale(store, epoch)).toMatchObject({ groups: { web: 6 }, isReady: true });
  });

  it('refuses the second of two at a time', async () => {
    const { store, epoch } = await begun();
    const first = await growEpoch(store, epoch, planWith(3), options);
    const second = await growEpoch(store, epoch, planWith(4), options);
    await expect(first.announce()).rejects.toMatchObject({ code: 'fenced' });
    await second.announce();
    const plans = (await store.list(epoch.keys.plans())).map((entry) => parse<PlanSlice>(entry).node.name);
    expect(plans.sort()).toEqual(['lb', 'web-0', 'web-1', 'web-2', 'web-3']);
  });

  it('refuses a smaller group and any other change, and writes nothing', async () => {
    const { store, epoch } = await begun();
    await expect(growEpoch(store, epoch, planWith(1), options)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('web has 2 members, not 1') as string,
    });
    const other = planOf({
      web: { count: 3, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
      lb: { roles: [{ name: 'balancer', inputs: { backends: '${web[0].ip}' } }, { name: 'tidy' }] },
    });
    await expect(growEpoch(store, epoch, other, options)).rejects.toMatchObject({
      code: 'config-invalid',
      notes: ['role balancer of lb has other inputs: backends (heddle.yaml:1)'],
    });
    expect(await readScale(store, epoch)).toBeUndefined();
    expect(await store.get(epoch.keys.plan('web-2'))).toBeUndefined();
  });

  it('lets a run that waits have the members of before, and a later one all of them', async () => {
    const { store, epoch, lb } = await begun();
    const web = [0, 1].map((index) => TestNode.begin(store, epoch, planWith(2), `web-${index}`));
    const [first, second] = await Promise.all(web);
    await first?.publish('app', 'ip', 'a');
    const before = lb.read('balancer', 'backends');
    await (await growEpoch(store, epoch, planWith(3), options)).announce();
    await second?.publish('app', 'ip', 'b');
    expect((await before).value).toEqual(['a', 'b']);

    const reader = await TestNode.begin(store, epoch, planWith(3), 'lb');
    const after = reader.read('balancer', 'backends');
    await (await TestNode.begin(store, epoch, planWith(3), 'web-2')).publish('app', 'ip', 'c');
    expect((await after).value).toEqual(['a', 'b', 'c']);
  });
});
