import { NodeSession, publish, startEpoch, systemClock } from '@heddle/core';
import { expect, it } from 'vitest';
import { planOf, TestNode } from '../fixture.ts';
import { until, useStores } from './stores.ts';

const count = 1000;
const plan = planOf(
  {
    web: { count, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
    lb: { roles: [{ name: 'balancer', inputs: { backends: '${web[*].ip}' } }] },
  },
  '10m',
);
const output = plan.nodes.find(({ name }) => name === 'web-0')?.roles[0]?.outputs[0];
const stores = useStores('zk');

it('a writer on ZooKeeper that watches a thousand members goes on with all of them after its connection was cut', async () => {
  if (output === undefined) throw new Error('a plan without the output');
  const parts = stores();
  const store = await parts.open({ sessionTimeoutMs: 600_000 });
  const epoch = await startEpoch(store, plan);
  const cuttable = await parts.openCuttable({ sessionTimeoutMs: 600_000 });
  const reader = await TestNode.begin(cuttable.store, epoch, plan, 'lb');
  const reading = reader.read('balancer', 'backends');
  const write = async (index: number) => {
    const session = await NodeSession.begin({
      store,
      epoch,
      node: `web-${index}`,
      clock: systemClock,
      announce: false,
    });
    await publish(session, { role: 'app', output, value: index });
  };
  const writeAll = async (from: number, to: number) => {
    for (let index = from; index < to; index += 50)
      await Promise.all(Array.from({ length: Math.min(50, to - index) }, (_, more) => write(index + more)));
  };
  await writeAll(0, count / 2);
  const progress = epoch.keys.gatherProgress('web', 'ip', count);
  await until<{ present: string[] }>(store, progress, (record) => record?.present.length === count / 2);
  cuttable.cut();
  await writeAll(count / 2, count - 1);
  cuttable.heal();
  await write(count - 1);
  expect((await reading).value).toEqual(Array.from({ length: count }, (_, index) => index));
});
