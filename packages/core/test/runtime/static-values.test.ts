import { type Expression, type Plan, startEpoch } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const url: Expression = {
  kind: 'call',
  function: 'str_replace',
  argument: {
    kind: 'map',
    entries: [
      ['template', { kind: 'constant', value: 'mysql://HOST:PORT' }],
      [
        'params',
        {
          kind: 'map',
          entries: [
            ['HOST', { kind: 'static', id: 's0' }],
            ['PORT', { kind: 'reference', node: 'db', output: 'port', segments: [] }],
          ],
        },
      ],
    ],
  },
};

/** A deployment whose web.app reads one input that is `expression`. */
function planWith(expression: Expression): Plan {
  const plan = planOf({
    db: { roles: [{ name: 'mysql', outputs: { port: 'mysql.port' } }] },
    web: { roles: [{ name: 'app', inputs: { url: 'filled in below' } }] },
  });
  return JSON.parse(
    JSON.stringify(plan).replace('{"kind":"constant","value":"filled in below"}', () => JSON.stringify(expression)),
  ) as Plan;
}

async function start(plan: Plan, staticValues?: Record<string, string | boolean>) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const db = await TestNode.begin(store, epoch, plan, 'db');
  return { store, epoch, db, web: await TestNode.begin(store, epoch, plan, 'web', staticValues) };
}

const choice: Extract<Expression, { kind: 'choice' }> = {
  kind: 'choice',
  by: 's0',
  cases: [
    [true, url],
    [false, { kind: 'constant', value: null }],
  ],
};

describe('a value of the user data', () => {
  it('is read together with what another node publishes, and is in no record of the store', async () => {
    const { store, epoch, db, web } = await start(planWith(url), { s0: 'the-static-value' });
    await db.publish('mysql', 'port', 3306);
    expect((await web.read('app', 'url')).value).toBe('mysql://the-static-value:3306');
    const stored = (await store.list(epoch.keys.root)).map(({ value }) => Buffer.from(value).toString());
    expect(stored.join('\n')).not.toContain('the-static-value');
  });

  it('that the machine did not get is an error with its id and the input, at once', async () => {
    const { web } = await start(planWith({ kind: 'static', id: 's0' }));
    await expect(web.read('app', 'url')).rejects.toMatchObject({
      code: 'config-invalid',
      message: 'web role app needs the value s0 (input url), which did not come with this machine',
    });
  });

  it('chooses what is read: the other value is not waited for', async () => {
    const { web } = await start(planWith(choice), { s0: false });
    expect((await web.read('app', 'url')).value).toBeNull();
  });

  it('that chooses nothing is an error of the input that reads by it', async () => {
    const { web } = await start(planWith(choice), { s0: 'secret' });
    await expect(web.read('app', 'url', { source: 'recipes/app.rb:14' })).rejects.toMatchObject({
      code: 'wrong-type',
      message:
        'web role app (recipes/app.rb:14) cannot use its input url: the value s0 of this machine is none of true or false',
      details: { node: 'web', role: 'app', input: 'url', source: 'recipes/app.rb:14', static: 's0' },
    });
  });

  it('that says that nothing is there ends the read of an input which may not be without it, at once', async () => {
    const { web } = await start(planWith({ ...choice, cases: choice.cases.slice(0, 1), absent: 'db.first_address' }), {
      s0: false,
    });
    await expect(web.read('app', 'url', { source: 'recipes/app.rb:3' })).rejects.toMatchObject({
      code: 'missing-value',
      message:
        'web role app (recipes/app.rb:3) cannot have its input url: db.first_address is not there: Heat has not created it, as its condition does not hold',
      next: ['give the input "url" a default, or its role the same condition'],
    });
  });

  it('is not looked for among what JavaScript gives every object', async () => {
    const { web } = await start(planWith({ kind: 'static', id: 'constructor' }), {});
    await expect(web.read('app', 'url')).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
