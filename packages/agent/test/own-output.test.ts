import { type Json, sliceFor } from '@heddle/core';
import { expect, it } from 'vitest';
import { begin, planOf } from '../../core/test/runtime/fixture.ts';
import type { TooEarlyAdvice } from '../src/adapters/adapter.ts';
import { Masker } from '../src/child/masker.ts';
import { EventHub } from '../src/events/events.ts';
import { KeptValues } from '../src/role/kept-values.ts';
import { type Origin, RoleOutputs } from '../src/role/role-outputs.ts';
import { RoleReads } from '../src/role/role-reads.ts';

/** A role that reads its own outputs, in a tool that has attributes of its own. */
async function scene(adviseTooEarly?: (path: readonly string[]) => TooEarlyAdvice) {
  const outputs = { port: 'mysql.port', early: { path: 'mysql.port', publish: 'early' } };
  const inputs = {
    'db.port': '${web.port}',
    'db\\.main.port': '${web.port}',
    'db.early': '${web.early}',
    'db.url': { $value: 'x:${web.port}', default: 'none' },
  };
  const plan = planOf({ web: { roles: [{ name: 'site', inputs, outputs }] } });
  const { nodes } = await begin(plan);
  const role = plan.nodes[0]?.roles[0];
  const { web } = nodes;
  if (web === undefined || role === undefined) throw new Error('no node');
  const own = new RoleOutputs(web.session, role, new Masker(), new EventHub('web'), new KeptValues('/nowhere', 'chef'));
  const context = {
    slice: sliceFor(plan, 'web'),
    directory: '/tmp/web',
    local: (output: string) => own.local(output) ?? null,
    settled: (output: string) => own.settledValue(output),
    written: async () => undefined,
    adviseTooEarly,
  };
  const reads = new RoleReads(web.awaiter, role, context, new Masker(), new EventHub('web'));
  const read = async (path: readonly string[], compiling: boolean) =>
    (await reads.read({ what: { path }, compiling, source: 'a.rb:1', signal: new AbortController().signal })).value;
  const report = (value: Json, origin: Origin) =>
    own.report(new Map(['port', 'early'].map((name) => [name, { value, origin }])), false);
  return { read, report };
}

const port = ['db', 'port'];
const dotted = ['db.main', 'port'];

it('an own output that is not written yet is null at converge, and an error while the run compiles', async () => {
  const { read } = await scene();
  expect(await read(port, false)).toBeNull();
  await expect(read(port, true)).rejects.toMatchObject({
    code: 'deadlock',
    exitCode: 22,
    message:
      'web role site (a.rb:1) reads db.port while its run compiles, and this same run has not written it yet (output port, mysql.port)',
  });
});

it('the error says how to read it later, of the very path, in the words of the tool or in none', async () => {
  const { read } = await scene();
  await expect(read(dotted, true)).rejects.toMatchObject({
    message: expect.stringContaining('reads db\\.main.port while'),
    next: expect.arrayContaining([
      'read it in a step that comes after the one that writes it, and not while the run compiles',
    ]),
  });
  const advised = await scene((path) => ({ note: 'two phases', next: `later ${JSON.stringify(path)}` }));
  await expect(advised.read(dotted, true)).rejects.toMatchObject({
    notes: ['two phases'],
    next: expect.arrayContaining(['later ["db.main","port"]']),
  });
});

it('a default counts at converge; while the run compiles only if it is published early', async () => {
  const { read, report } = await scene();
  await report(3306, 'default');
  expect(await read(port, false)).toBe(3306);
  expect(await read(['db', 'early'], true)).toBe(3306);
  await expect(read(port, true)).rejects.toMatchObject({ code: 'deadlock' });
});

it('what a recipe has written counts at once, and a later value at the next read', async () => {
  const { read, report } = await scene();
  await report(3307, 'written');
  expect(await read(port, true)).toBe(3307);
  await report(3308, 'written');
  expect(await read(port, true)).toBe(3308);
});

it("the input's own default stands in for what is not written while the run compiles", async () => {
  const { read } = await scene();
  expect(await read(['db', 'url'], true)).toBe('none');
});
