import { type DeploymentState, type RoleRecord, roleDigest, type StatusView, statusView } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { planOf } from '../runtime/fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: { count: 2, roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});
const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds)).toISOString();
const nowMs = Date.parse(at(30));
const state: DeploymentState = {
  deployment: 'test',
  epoch: '4',
  isOpen: true,
  nodes: plan.nodes,
  roles: [
    {
      state: 'running',
      node: 'db',
      role: 'mysql',
      incarnation: '1',
      startedAt: at(0),
      step: 'package[mysql]',
      updated: 3,
    },
    { state: 'running', node: 'web-0', role: 'app', incarnation: '1', startedAt: at(10) },
  ],
  waits: [
    {
      node: 'web-0',
      role: 'app',
      input: 'port',
      missing: ['db.port'],
      missingCount: 1,
      producers: ['db.mysql'],
      source: 'app.rb:3',
      since: at(20),
      deadline: at(50),
      edge: true,
    },
  ],
  members: ['db', 'web-0'],
};

describe('the status of a deployment whose group has grown', () => {
  const gathering = (count: number) =>
    planOf({
      web: { count, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
      lb: { roles: [{ name: 'balancer', inputs: { all: '${web[*].ip}' } }, { name: 'tidy' }, { name: 'play' }] },
    });
  const digestOf = (role: string) => {
    const found = gathering(2)
      .nodes.flatMap(({ roles }) => roles)
      .find(({ name }) => name === role);
    if (found === undefined) throw new Error(`no role ${role}`);
    return roleDigest(found);
  };
  const ended = (role: string, inputRevisions = {}): RoleRecord => {
    return { state: 'done', node: 'lb', role, incarnation: '1', digest: digestOf(role), inputRevisions };
  };

  it('shows which roles are outdated by that, and how large it is', () => {
    const roles = [ended('balancer'), ended('tidy', { 'db.port': '7' }), ended('play', { 'web[*]': '2' })];
    const outdated = (view: StatusView) =>
      view.roles.filter((role) => role.outdated.length > 0).map(({ role }) => role);
    const before = statusView({ ...state, nodes: gathering(2).nodes, roles }, nowMs);
    expect(outdated(before)).toEqual([]);
    expect(before).not.toHaveProperty('scaled');
    const scale = { groups: { web: 3 }, by: 'root@ops', at: at(20), isReady: true };
    const after = statusView({ ...state, nodes: gathering(3).nodes, roles, scale }, nowMs);
    expect(outdated(after)).toEqual(['balancer', 'play']);
    expect(after.scaled).toEqual({ web: 3 });
  });
});

describe('the status of a deployment', () => {
  it('tells what each role does, in plan order, and who has not started', () => {
    const view = statusView(state, nowMs);
    expect(view.roles.map((role) => [role.node, role.role, role.state])).toEqual([
      ['db', 'mysql', 'running'],
      ['web-0', 'app', 'waiting'],
      ['web-1', 'app', 'pending'],
    ]);
    expect(view.counts).toEqual({ running: 1, waiting: 1, pending: 1 });
    expect(view.roles[0]).toMatchObject({ step: 'package[mysql]', updated: 3, elapsedMs: 30_000 });
    expect(view.roles[1]?.waits).toEqual([
      {
        input: 'port',
        missing: ['db.port'],
        missingCount: 1,
        producers: ['db.mysql'],
        source: 'app.rb:3',
        waitedMs: 10_000,
        leftMs: 20_000,
      },
    ]);
    expect(view.isEnded).toBe(false);
  });

  it('says of a wait for what has only a default so far that it is held back', () => {
    const [record, ...others] = state.roles;
    const [wait] = state.waits;
    if (record === undefined || wait === undefined) throw new Error('no wait');
    const both = { ...wait, missing: ['db.host', 'db.port'], missingCount: 2, producers: ['db.mysql', 'db.mysql'] };
    const held = (names: readonly string[]) =>
      statusView({ ...state, roles: [{ ...record, held: names }, ...others], waits: [both] }, nowMs).roles[1]?.waits[0];
    expect(held(['port', 'name'])).toMatchObject({ held: ['db.port'] });
    expect(held(['name'])).not.toHaveProperty('held');
  });

  it('a wait off the main thread does not make a role waiting', () => {
    const [wait] = state.waits;
    if (wait === undefined) throw new Error('no wait');
    const view = statusView({ ...state, waits: [{ ...wait, edge: false }] }, nowMs);
    expect(view.roles[1]?.state).toBe('running');
    expect(view.roles[1]?.waits).toHaveLength(1);
  });

  it('a wait record that outlived its role is no wait', () => {
    const roles = [
      {
        state: 'done',
        node: 'web-0',
        role: 'app',
        incarnation: '1',
        startedAt: at(10),
        endedAt: at(25),
        blockedMs: 5000,
      } as const,
    ];
    const view = statusView({ ...state, roles }, nowMs);
    expect(view.roles[1]).toMatchObject({ state: 'done', elapsedMs: 15_000, blockedMs: 5000, waits: [] });
  });

  it('has ended when every role has', () => {
    const ended = plan.nodes.map(({ name, roles }) => ({
      state: 'done' as const,
      node: name,
      role: roles[0]?.name ?? '',
      incarnation: '1',
    }));
    expect(statusView({ ...state, roles: ended, waits: [] }, nowMs).isEnded).toBe(true);
  });
});

describe("the roles of an agent's start", () => {
  const { nodes } = planOf({
    db: { roles: [{ name: 'mysql' }] },
    web: { roles: [{ name: 'app', inputs: { ip: '${db.ip}' } }] },
  });
  const record = (node: string, role: string, end: 'done' | 'failed' | 'running') => {
    return { state: end, node, role, incarnation: '1' } as const;
  };
  const stand = (facts: 'done' | 'failed' | 'running', app: 'done' | 'running' = 'done') => {
    const roles = [record('db', 'machine_facts', facts), record('db', 'mysql', 'done'), record('web', 'app', app)];
    const { roles: shown, counts, isEnded } = statusView({ ...state, nodes, roles, waits: [] }, nowMs);
    return { shown: shown.map(({ role }) => role), counts, isEnded };
  };

  it('are shown when they have ended badly or are all that runs, and the deployment goes on as long as one runs', () => {
    expect(stand('done')).toEqual({ shown: ['mysql', 'app'], counts: { done: 2 }, isEnded: true });
    expect(stand('running', 'running').shown).toEqual(['mysql', 'app']);
    expect(stand('running')).toEqual({
      shown: ['machine_facts', 'mysql', 'app'],
      counts: { done: 2, running: 1 },
      isEnded: false,
    });
    expect(stand('failed')).toEqual({
      shown: ['machine_facts', 'mysql', 'app'],
      counts: { done: 2, failed: 1 },
      isEnded: true,
    });
  });
});
