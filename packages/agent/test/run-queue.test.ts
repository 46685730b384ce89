import { expect, it } from 'vitest';
import { begin, planOf } from '../../core/test/runtime/fixture.ts';
import { type Asked, runQueue } from '../src/resume/run-queue.ts';
import type { RoleOutcome } from '../src/role/role-run.ts';

it('what is asked while only a role of the start still runs is run as well', async () => {
  const plan = planOf({
    db: { roles: [{ name: 'mysql' }] },
    web: { roles: [{ name: 'app', inputs: { ip: '${db.ip}' } }] },
  });
  const { nodes } = await begin(plan);
  const session = nodes['db']?.session;
  const roles = plan.nodes[0]?.roles;
  if (session === undefined || roles === undefined) throw new Error('no node');
  const done: RoleOutcome = { state: 'done' };
  let end: (outcome: RoleOutcome) => void = () => undefined;
  const ended = new Promise<RoleOutcome>((resolve) => {
    end = resolve;
  });
  const runs: string[] = [];
  const requests: Asked[] = [{ names: [] }, { names: ['mysql'] }, { names: [] }];
  const outcomes = await runQueue({
    session,
    roles,
    due: roles,
    ended: new Map(),
    run: async ({ name }) => {
      runs.push(name);
      return done;
    },
    runBeside: ({ name }) => {
      runs.push(name);
      return ended;
    },
    isStopped: () => false,
    asked: async () => {
      end(done);
      const next = requests.shift();
      if (next === undefined) throw new Error('asked too often');
      return next;
    },
  });
  expect(runs).toEqual(['machine_facts', 'mysql', 'mysql']);
  expect(outcomes).toEqual([done, done]);
});
