import { unreadInputs, unreadText } from '@heddle/core';
import { expect, it } from 'vitest';
import { planOf } from '../runtime/fixture.ts';

const plan = planOf({
  broker: { roles: [{ name: 'queue', outputs: { port: 'port' } }] },
  web: { count: 2, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
  worker: {
    roles: [
      {
        name: 'app',
        inputs: {
          'broker.prot': '${broker.port}',
          'brokr.port': '${broker.port}',
          'queue.url': '${broker.port}',
          'wbe.ip': '${web[*].ip}',
          colour: 'red',
        },
      },
    ],
  },
});

it('an input that was not read is likely the path that is nearly what its expression names', () => {
  const [role] = plan.nodes.find(({ name }) => name === 'worker')?.roles ?? [];
  const names = ['broker.prot', 'brokr.port', 'queue.url', 'wbe.ip', 'colour'];
  expect(unreadInputs(role, names)).toEqual([
    { input: 'broker.prot', meant: 'broker.port' },
    { input: 'brokr.port', meant: 'broker.port' },
    { input: 'queue.url' },
    { input: 'wbe.ip', meant: 'web.ip' },
    { input: 'colour' },
  ]);
  expect(unreadText(unreadInputs(role, ['broker.prot', 'colour']))).toBe(
    'broker.prot (did you mean "broker.port"?), colour',
  );
});
