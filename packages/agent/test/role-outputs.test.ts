import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, storedValue } from '@heddle/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { begin, planOf } from '../../core/test/runtime/fixture.ts';
import { Masker } from '../src/child/masker.ts';
import { EventHub } from '../src/events/events.ts';
import { type KeptValue, KeptValues } from '../src/role/kept-values.ts';
import { type Origin, RoleOutputs } from '../src/role/role-outputs.ts';

async function outputsOf(outputs: Record<string, unknown>) {
  const plan = planOf({ db: { roles: [{ name: 'mysql', outputs }] } });
  const { store, epoch, nodes } = await begin(plan);
  const session = nodes['db']?.session;
  const role = plan.nodes[0]?.roles[0];
  if (session === undefined || role === undefined) throw new Error('no node');
  const masker = new Masker();
  const directory = await mkdtemp(join(tmpdir(), 'heddle-outputs-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const keptValues = new KeptValues(directory, 'chef');
  const roleOutputs = new RoleOutputs(session, role, masker, new EventHub('db'), keptValues);
  const report = (name: string, value: Json, origin: Origin, end = false) =>
    roleOutputs.report(new Map([[name, { value, origin }]]), end);
  const stored = async (name: string) => storedValue(await store.get(epoch.keys.value('db', name)))?.envelope.value;
  const revision = async (name: string) => (await store.get(epoch.keys.value('db', name)))?.rev;
  const kept = async () => new KeptValues(directory, 'chef').values();
  const keep = (values: readonly KeptValue[]) => keptValues.keep(values);
  /** Another run of the role, of which a part of each value counts. */
  const later = (lasting?: (path: readonly string[], value: Json) => Json) => {
    const run = new RoleOutputs(session, role, masker, new EventHub('db'), keptValues, undefined, lasting);
    return (name: string, value: Json) => run.report(new Map([[name, { value, origin: 'written' }]]), false);
  };
  return { roleOutputs, report, stored, revision, masker, kept, keep, later };
}

describe('a settled output', () => {
  it.each(['automatic', 'written'] as const)('is published at once when its value is %s', async (origin) => {
    const { report, stored } = await outputsOf({ port: 'mysql.port' });
    expect(await report('port', 3307, origin)).toEqual({ published: ['port'], held: [], unchanged: [] });
    expect(await stored('port')).toBe(3307);
  });

  it.each(['default', 'saved'] as const)(
    'is held back while its value is only %s, and published at the end',
    async (origin) => {
      const { roleOutputs, report, stored } = await outputsOf({ port: 'mysql.port' });
      expect(await report('port', 3306, origin)).toEqual({ published: [], held: ['port'], unchanged: [] });
      expect(await stored('port')).toBeUndefined();
      expect(roleOutputs.unwritten()).toEqual(['port']);
      await roleOutputs.report(new Map(), true);
      expect(await stored('port')).toBe(3306);
      expect(roleOutputs.unwritten()).toEqual([]);
    },
  );

  it('that was held back is published as soon as the recipe writes it, even if the value is the same', async () => {
    const { report, stored } = await outputsOf({ port: 'mysql.port' });
    await report('port', 3306, 'default');
    await report('port', 3306, 'written');
    expect(await stored('port')).toBe(3306);
  });

  it('is written to the store once for the same value, and again for another', async () => {
    const { report, revision } = await outputsOf({ port: 'mysql.port' });
    await report('port', { a: 1, b: 2 }, 'written');
    const first = await revision('port');
    expect(await report('port', { b: 2, a: 1 }, 'written')).toEqual({ published: [], held: [], unchanged: ['port'] });
    expect(await revision('port')).toBe(first);
    await report('port', { a: 1, b: 3 }, 'written');
    expect(await revision('port')).not.toBe(first);
  });
});

describe('an output that an earlier run has published', () => {
  it('stays as it is, with its revision, when what lasts of the value is what it was, and is replaced otherwise', async () => {
    const { report, stored, revision, later } = await outputsOf({ facts: 'ansible_facts', port: 'mysql.port' });
    const lasting = (path: readonly string[], value: Json) => (path[0] === 'ansible_facts' ? nameOf(value) : value);
    const nameOf = (value: Json) => (value as { name: string }).name;
    await report('facts', { name: 'db', at: 1 }, 'written');
    const first = await revision('facts');
    await later(lasting)('facts', { name: 'db', at: 2 });
    expect(await stored('facts')).toEqual({ name: 'db', at: 1 });
    expect(await revision('facts')).toBe(first);
    await later(lasting)('facts', { name: 'db-1', at: 2 });
    expect(await stored('facts')).toEqual({ name: 'db-1', at: 2 });
    await later()('facts', { name: 'db-1', at: 3 });
    expect(await stored('facts')).toEqual({ name: 'db-1', at: 3 });
    await report('port', 1, 'written');
    await later(lasting)('port', 2);
    expect(await stored('port')).toBe(2);
  });
});

describe('an output with another policy', () => {
  it('early: is published although it is only a default', async () => {
    const { report, stored } = await outputsOf({ port: { path: 'mysql.port', publish: 'early' } });
    await report('port', 3306, 'default');
    expect(await stored('port')).toBe(3306);
  });

  it('end: is held back although it is written', async () => {
    const { report, stored, roleOutputs } = await outputsOf({ port: { path: 'mysql.port', publish: 'end' } });
    await report('port', 3307, 'written');
    expect(await stored('port')).toBeUndefined();
    await roleOutputs.report(new Map(), true);
    expect(await stored('port')).toBe(3307);
  });
});

describe('a report that holds something wrong', () => {
  it('publishes nothing of it when one value is too large', async () => {
    const { roleOutputs, stored } = await outputsOf({ port: 'port', dump: 'dump' });
    const report = new Map([
      ['port', { value: 1, origin: 'written' as const }],
      [
        'dump',
        { value: randomBytes(1_500_000).toString('base64'), origin: 'written' as const, source: 'recipes/dump.rb:4' },
      ],
    ]);
    await expect(roleOutputs.report(report, false)).rejects.toMatchObject({ code: 'too-large', exitCode: 26 });
    await expect(roleOutputs.report(report, false)).rejects.toThrow(
      /db role mysql \(recipes\/dump\.rb:4\) wrote db\.dump \(dump\): 2000\d{3} bytes, this store takes 1048576/,
    );
    expect(await stored('port')).toBeUndefined();
  });

  it('leaves every output of it lost, with the refusal, until a later value is taken', async () => {
    const { roleOutputs, report } = await outputsOf({ port: 'port', dump: 'dump' });
    const tooLarge = randomBytes(1_500_000).toString('base64');
    await report('port', 1, 'written');
    expect(roleOutputs.hasLost).toBe(false);
    for (const name of ['port', 'dump'])
      await expect(report(name, tooLarge, 'written')).rejects.toMatchObject({ code: 'too-large' });
    expect(roleOutputs.refusal).toMatchObject({ message: expect.stringContaining('wrote db.port') });
    await report('port', 1, 'written');
    expect(roleOutputs.refusal).toMatchObject({ message: expect.stringContaining('wrote db.dump') });
    await report('dump', 2, 'default');
    expect([roleOutputs.hasLost, roleOutputs.refusal]).toEqual([false, undefined]);
  });

  it('refuses an output that is not declared, and names those that are', async () => {
    const { report } = await outputsOf({ port: 'mysql.port' });
    await expect(report('prot', 1, 'written')).rejects.toMatchObject({
      code: 'not-declared',
      next: ['its outputs are: port'],
    });
  });
});

describe('a role that has ended', () => {
  it('has every publish under way acknowledged before its end, and none after', async () => {
    const { roleOutputs, report, stored } = await outputsOf({ port: 'mysql.port' });
    const underWay = report('port', 3307, 'written');
    await roleOutputs.close();
    expect(await stored('port')).toBe(3307);
    await underWay;
    await expect(report('port', 3308, 'written')).rejects.toMatchObject({ code: 'fenced' });
    expect(await stored('port')).toBe(3307);
  });
});

describe('a sensitive output', () => {
  it('is masked from the moment it is reported, held back or not', async () => {
    const { report, masker } = await outputsOf({ password: { path: 'password', sensitive: true } });
    await report('password', 'hunter2hunter2', 'default');
    expect(masker.mask('the password is hunter2hunter2')).toBe('the password is ********');
  });

  it('is kept for the next run when the recipe keeps it, until a run that does so no more has ended well', async () => {
    const { roleOutputs, kept } = await outputsOf({ password: { path: 'password', sensitive: true }, port: 'port' });
    const report = (name: string, value: Json, isKept: boolean) =>
      roleOutputs.report(new Map([[name, { value, origin: 'written', kept: isKept }]]), false);
    const madeOnce = [{ path: ['password'], value: 'made once' }];
    await report('password', 'made once', true);
    await report('port', 3306, true);
    expect(await kept()).toEqual(madeOnce);
    await report('password', 'made each time', false);
    expect(await kept()).toEqual(madeOnce);
    await roleOutputs.report(new Map(), true);
    expect(await kept()).toEqual([]);
  });

  it('stays kept when the run that has reported it without that keeps it in the end', async () => {
    const { roleOutputs, kept } = await outputsOf({ password: { path: 'password', sensitive: true } });
    for (const isKept of [true, false, true])
      await roleOutputs.report(new Map([['password', { value: 'made once', origin: 'written', kept: isKept }]]), false);
    await roleOutputs.report(new Map(), true);
    expect(await kept()).toEqual([{ path: ['password'], value: 'made once' }]);
  });
});

it('an output that is not sensitive any more is kept no longer when its run has ended well, and one at another path is', async () => {
  const { roleOutputs, keep, kept } = await outputsOf({ rootpw: 'mysql.password' });
  await keep([
    { path: ['mysql', 'password'], value: 'made once' },
    { path: ['mysql', 'key'], value: 'other' },
  ]);
  await roleOutputs.report(new Map([['rootpw', { value: 'made once', origin: 'saved' }]]), true);
  expect(await kept()).toEqual([{ path: ['mysql', 'key'], value: 'other' }]);
});
