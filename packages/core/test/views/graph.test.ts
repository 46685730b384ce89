import { compile, type GraphView, graphView, type RoleRecord, type WaitRecord, type WhyState } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { planOf } from '../runtime/fixture.ts';

const plan = planOf({
  db: {
    roles: [
      { name: 'disk', outputs: { mount: 'mount' } },
      {
        name: 'mysql',
        inputs: { mount: '${db.mount}', allow: '${web[*].ip}' },
        outputs: { port: 'port', host: 'host' },
      },
    ],
  },
  web: {
    count: 3,
    roles: [{ name: 'app', inputs: { url: '${db.host}:${db.port}', first: '${web[0].ip}' }, outputs: { ip: 'ip' } }],
  },
  ops: { roles: [{ name: 'smoke', after: ['web.app'] }] },
});

/** Edges in short, `FROM > TO: outputs`, with marks. */
function edgesOf({ edges }: GraphView): string[] {
  return edges.map(({ from, to, kind, outputs, isCyclic, waiting, isStuck }) => {
    const what = kind === 'input' ? outputs.join(', ') : kind;
    return `${from} > ${to}: ${what}${isCyclic ? ' cyclic' : ''}${waiting > 0 ? ` ${waiting} waiting` : ''}${isStuck ? ' stuck' : ''}`;
  });
}

describe('the picture of a plan', () => {
  it('has a box for each node, one for a group, and edges by binding', () => {
    const view = graphView(plan.nodes, { deployment: 'test' });
    expect(view.boxes.map(({ name, count, roles }) => [name, count, roles.map(({ id }) => id)])).toEqual([
      ['db', undefined, ['db.disk', 'db.mysql']],
      ['web[*]', 3, ['web[*].app']],
      ['ops', undefined, ['ops.smoke']],
    ]);
    expect(edgesOf(view).sort()).toEqual([
      'db.disk > db.mysql: mount',
      'db.disk > db.mysql: order',
      'db.mysql > web[*].app: host, port cyclic',
      'web[*].app > db.mysql: ip cyclic',
      'web[*].app > ops.smoke: after',
      'web[*].app > web[*].app: ip cyclic',
    ]);
  });

  it('unfolds a group that is small enough', () => {
    const view = graphView(plan.nodes, { deployment: 'test', mostMembers: 3 });
    expect(view.boxes.map(({ name }) => name)).toEqual(['db', 'web-0', 'web-1', 'web-2', 'ops']);
    const edges = edgesOf(view);
    expect(edges).toContain('web-2.app > db.mysql: ip cyclic');
    expect(edges).toContain('web-0.app > web-1.app: ip cyclic');
    expect(edges.filter((edge) => edge.startsWith('web-1.app > web-0.app'))).toEqual([]);
  });

  it('names every cycle by the roles on it', () => {
    expect(graphView(plan.nodes, { deployment: 'test' }).cycles).toEqual([
      ['db.mysql', 'web-0.app', 'web-1.app', 'web-2.app'],
    ]);
  });

  it('a group whose members gather from one another is a cycle, and one that nobody reads is none', () => {
    const all = planOf({
      web: { count: 2, roles: [{ name: 'app', inputs: { peers: '${web[*].ip}' }, outputs: { ip: 'ip' } }] },
      ops: { roles: [{ name: 'list', inputs: { ips: '${web[*].ip}' } }] },
    });
    const view = graphView(all.nodes, { deployment: 'test' });
    expect(edgesOf(view)).toEqual(['web[*].app > web[*].app: ip cyclic', 'web[*].app > ops.list: ip']);
    expect(view.cycles).toEqual([['web-0.app', 'web-1.app']]);
  });

  it('draws a file whose roles can never start, which compiles for nothing else', () => {
    const text = JSON.stringify({
      heddle: 1,
      deployment: 'ring',
      nodes: {
        a: { roles: [{ name: 'x', command: ['true'], after: ['b.y'] }] },
        b: { roles: [{ name: 'y', command: ['true'], after: ['a.x'] }] },
      },
    });
    const options = { file: 'heddle.yaml', directory: '/tmp' };
    expect(() => compile(text, options)).toThrow(expect.objectContaining({ code: 'plan-invalid' }));
    const { nodes } = compile(text, { ...options, allowsStrictCycles: true });
    expect(edgesOf(graphView(nodes, { deployment: 'ring' }))).toEqual([
      'b.y > a.x: after cyclic',
      'a.x > b.y: after cyclic',
    ]);
  });
});

describe('the picture of what goes on', () => {
  const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds)).toISOString();
  const record = (name: string, state: RoleRecord['state'], more: Partial<RoleRecord> = {}): RoleRecord => {
    const [node = '', role = ''] = name.split('.');
    return { node, role, state, incarnation: '1', startedAt: at(0), ...more };
  };
  const wait = (name: string, missing: string, producer: string): WaitRecord => {
    const [node = '', role = ''] = name.split('.');
    return {
      node,
      role,
      input: 'x',
      missing: [missing],
      missingCount: 1,
      producers: [producer],
      since: at(1),
      deadline: at(60),
      edge: true,
    };
  };
  const state: WhyState = {
    deployment: 'test',
    epoch: '7',
    isOpen: true,
    nodes: plan.nodes,
    roles: [
      record('db.disk', 'done'),
      record('db.mysql', 'running'),
      record('web-0.app', 'running'),
      record('web-1.app', 'running'),
      record('web-2.app', 'failed'),
    ],
    waits: [
      wait('db.mysql', 'web-0.ip', 'web-0.app'),
      wait('web-0.app', 'db.host', 'db.mysql'),
      wait('web-1.app', 'db.port', 'db.mysql'),
    ],
    members: ['db', 'web-0', 'web-1', 'web-2', 'ops'],
    present: new Set(),
  };
  const picture = (more: Partial<WhyState>, mostMembers?: number) =>
    graphView(plan.nodes, {
      deployment: 'test',
      live: { state: { ...state, ...more }, nowMs: Date.parse(at(30)) },
      ...(mostMembers === undefined ? {} : { mostMembers }),
    });

  it('shows each role with its state, a group with the most urgent one and how many members are in each', () => {
    const view = picture({});
    expect(view.epoch).toBe('7');
    expect(view.boxes.flatMap(({ roles }) => roles)).toEqual([
      { id: 'db.disk', name: 'disk', adapter: 'command', state: 'done' },
      { id: 'db.mysql', name: 'mysql', adapter: 'command', state: 'waiting', now: 'for web-0.ip' },
      {
        id: 'web[*].app',
        name: 'app',
        adapter: 'command',
        state: 'failed',
        counts: { failed: 1, waiting: 2 },
        now: 'failed: web-2',
      },
      { id: 'ops.smoke', name: 'smoke', adapter: 'command', state: 'pending' },
    ]);
  });

  it('tells how many readers wait along an edge, and a cycle of waits from one of the plan', () => {
    expect(edgesOf(picture({}))).toEqual(
      expect.arrayContaining([
        'db.mysql > web[*].app: host, port cyclic 2 waiting stuck',
        'web[*].app > db.mysql: ip cyclic 1 waiting stuck',
      ]),
    );
    const unfolded = edgesOf(picture({}, 3));
    expect(unfolded).toContain('db.mysql > web-0.app: host, port cyclic 1 waiting stuck');
    expect(unfolded).toContain('db.mysql > web-1.app: host, port cyclic 1 waiting');
  });

  it('a wait whose value is there stops nobody', () => {
    const edges = edgesOf(picture({ present: new Set(['web-0.ip']) }));
    expect(edges).toContain('web[*].app > db.mysql: ip cyclic');
    expect(edges).toContain('db.mysql > web[*].app: host, port cyclic 2 waiting');
  });

  it('a wait for what the plan does not bind is an arrow of its own, and a cycle of such waits is named', () => {
    const nodes = planOf({
      a: { roles: [{ name: 'x', outputs: { o: 'o' } }] },
      b: { roles: [{ name: 'y', inputs: { p: '${a.o}' }, outputs: { q: 'q' } }] },
    }).nodes.map((node) => ({ ...node, roles: node.roles.map((role) => ({ ...role, readsPeers: true as const })) }));
    const waits = [wait('a.x', 'b.q', 'b.y'), wait('b.y', 'a.o', 'a.x')];
    const roles = [record('a.x', 'running'), record('b.y', 'running')];
    const members = ['a', 'b'];
    const view = graphView(nodes, {
      deployment: 'test',
      live: { state: { ...state, nodes, roles, waits, members }, nowMs: Date.parse(at(30)) },
    });
    expect(view.edges).toMatchObject([
      { from: 'a.x', to: 'b.y', kind: 'input', outputs: ['o'], waiting: 1, isStuck: true },
      { from: 'b.y', to: 'a.x', kind: 'by-name', outputs: ['q'], waiting: 1, isStuck: true },
    ]);
    expect(view.cycles).toEqual([['a.x', 'b.y']]);
    const still = graphView(nodes, { deployment: 'test' });
    expect(still.cycles).toEqual([]);
    expect(still.readByName).toEqual(['a.x', 'b.y']);
  });
});
