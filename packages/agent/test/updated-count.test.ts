import { parse, type RoleRecord, RoleReporter } from '@heddle/core';
import { expect, it } from 'vitest';
import { begin, planOf } from '../../core/test/runtime/fixture.ts';

it('the number of changed resources never goes down, and stands in the end record', async () => {
  const { store, epoch, nodes } = await begin(planOf({ db: { roles: [{ name: 'mysql' }] } }));
  const session = nodes['db']?.session;
  if (session === undefined) throw new Error('no node');
  const reporter = new RoleReporter(session, 'mysql');
  await reporter.update({ state: 'running' });
  // Two reports of a tool may overtake one another.
  for (const count of [0, 3, 2]) reporter.updated(count);
  await reporter.end({ state: 'done' });
  const entry = await store.get(epoch.keys.role('db', 'mysql'));
  expect(entry === undefined ? undefined : parse<RoleRecord>(entry)).toMatchObject({ state: 'done', updated: 3 });
});
