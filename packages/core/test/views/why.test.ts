import {
  graphView,
  HeddleError,
  isUpThere,
  namedOutputs,
  type RoleRecord,
  type WaitRecord,
  type WhyState,
  whyView,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { planOf } from '../runtime/fixture.ts';

const plan = planOf({
  db: {
    roles: [
      { name: 'disk', inputs: { size: '${ops.size}' }, outputs: { mount: 'mount' } },
      { name: 'mysql', inputs: { allow: '${web[*].ip}' }, outputs: { port: 'port', host: 'host' } },
    ],
  },
  web: {
    count: 2,
    roles: [{ name: 'app', inputs: { 'db.port': '${db.port}', 'db.host': '${db.host}' }, outputs: { ip: 'ip' } }],
  },
  ops: {
    roles: [
      { name: 'plan', outputs: { size: 'size' } },
      { name: 'smoke', after: ['web.app'] },
    ],
  },
});
const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds)).toISOString();
const nowMs = Date.parse(at(100));
const everybody = plan.nodes.map(({ name }) => name);

function stateOf(given: {
  roles?: readonly (Partial<RoleRecord> & Pick<RoleRecord, 'node' | 'role' | 'state'>)[];
  waits?: readonly WaitRecord[];
  present?: readonly string[];
  members?: readonly string[];
}): WhyState {
  return {
    deployment: 'test',
    epoch: '4',
    isOpen: true,
    nodes: plan.nodes,
    roles: (given.roles ?? []).map((record) => ({ incarnation: '1', startedAt: at(10), ...record })),
    waits: given.waits ?? [],
    members: given.members ?? everybody,
    present: new Set(given.present ?? []),
  };
}

function wait(
  role: string,
  input: string,
  missing: readonly string[],
  producers: readonly string[],
  more: Partial<WaitRecord> = {},
): WaitRecord {
  const [node = '', name = ''] = role.split('.');
  return {
    node,
    role: name,
    input,
    missing,
    missingCount: missing.length,
    producers,
    source: `${name}.rb:3`,
    since: at(40),
    deadline: at(160),
    edge: true,
    ...more,
  };
}

const running = (name: string, more: Partial<RoleRecord> = {}) => {
  const [node = '', role = ''] = name.split('.');
  return { node, role, state: 'running' as const, ...more };
};
const webWaits = wait('web-0.app', 'db.port', ['db.port'], ['db.mysql']);

/** The chain in short: who, in which state, for what. */
function chainOf(state: WhyState, target: string) {
  const { links, root, cycleFrom } = whyView(state, target, nowMs);
  return {
    links: links.map(
      (link) => `${link.node}.${link.role} ${link.state}${link.follows === undefined ? '' : ` for ${link.follows}`}`,
    ),
    root: root.kind,
    ...(cycleFrom === undefined ? {} : { cycleFrom }),
  };
}

describe('why a role waits', () => {
  it('leads from the wait to the producer that runs, with its step', () => {
    const state = stateOf({
      roles: [running('web-0.app'), running('db.mysql', { step: 'package[mysql]', stepAt: at(70), held: ['port'] })],
      waits: [webWaits],
    });
    expect(whyView(state, 'web-0', nowMs)).toEqual({
      deployment: 'test',
      epoch: '4',
      target: 'web-0',
      links: [
        {
          node: 'web-0',
          role: 'app',
          state: 'waiting',
          input: 'db.port',
          missing: ['db.port'],
          missingCount: 1,
          follows: 'db.port',
          source: 'app.rb:3',
          forMs: 60_000,
          leftMs: 60_000,
        },
        {
          node: 'db',
          role: 'mysql',
          wanted: 'db.port',
          state: 'running',
          step: 'package[mysql]',
          forMs: 30_000,
          isHeld: true,
        },
      ],
      root: { kind: 'running', node: 'db', role: 'mysql', wanted: 'db.port', hasAgent: true },
    });
  });

  it('names the place of an output that was found in files, and of no other one', () => {
    const state = stateOf({ roles: [running('web-0.app'), running('db.mysql')], waits: [webWaits] });
    const position = { file: 'roles/db/tasks/main.yml', line: 3 };
    const withPosition = (found: { readonly found?: true }): WhyState => ({
      ...state,
      nodes: state.nodes.map((node) => ({
        ...node,
        roles: node.roles.map((role) => ({
          ...role,
          outputs: role.outputs.map((output) => ({ ...output, position, ...found })),
        })),
      })),
    });
    expect(whyView(withPosition({ found: true }), 'web-0', nowMs).links.map(({ foundAt }) => foundAt)).toEqual([
      undefined,
      'roles/db/tasks/main.yml:3',
    ]);
    expect(whyView(withPosition({}), 'web-0', nowMs).links[1]).not.toHaveProperty('foundAt');
  });

  it('follows a role that has not started to the earlier role of its node, and on', () => {
    const state = stateOf({
      roles: [running('web-0.app'), running('db.disk'), running('ops.plan', { step: 'count' })],
      waits: [webWaits, wait('db.disk', 'size', ['ops.size'], ['ops.plan'])],
    });
    expect(chainOf(state, 'web[0]:db.port')).toEqual({
      links: ['web-0.app waiting for db.port', 'db.mysql pending', 'db.disk waiting for ops.size', 'ops.plan running'],
      root: 'running',
    });
    expect(whyView(state, 'web-0', nowMs).links[1]).toMatchObject({ behind: 'db.disk' });
  });

  it('of several causes names the role that has ended, before what only takes its time', () => {
    const state = stateOf({
      roles: [
        running('db.mysql'),
        running('web-0.app'),
        { node: 'web-1', role: 'app', state: 'failed', endedAt: at(90), exitCode: 3 },
      ],
      waits: [wait('db.mysql', 'allow', ['web-0.ip', 'web-1.ip'], ['web-0.app', 'web-1.app'])],
    });
    expect(chainOf(state, 'db:mysql')).toEqual({
      links: ['db.mysql waiting for web-1.ip', 'web-1.app failed'],
      root: 'failed',
    });
  });

  it('tells an output that a role asked for by its name from an input', () => {
    const roles = [running('web-0.app')];
    const byName = wait('web-0.app', 'db.mount', ['db.mount'], ['db.disk']);
    const nodes = plan.nodes.map((node) => ({
      ...node,
      roles: node.roles.map((role) => ({ ...role, readsPeers: true as const })),
    }));
    const linkOf = (waits: readonly WaitRecord[]) =>
      whyView({ ...stateOf({ roles, waits }), nodes }, 'web-0', nowMs).links[0];
    expect(linkOf([byName])).toMatchObject({ input: 'db.mount', isByName: true });
    expect(linkOf([webWaits])).not.toHaveProperty('isByName');
  });

  it('leaves out what has arrived since the wait was recorded', () => {
    const state = stateOf({
      roles: [running('db.mysql'), running('web-0.app'), { node: 'web-1', role: 'app', state: 'failed' }],
      waits: [wait('db.mysql', 'allow', ['web-0.ip', 'web-1.ip'], ['web-0.app', 'web-1.app'])],
      present: ['web-1.ip'],
    });
    expect(chainOf(state, 'db:mysql')).toEqual({
      links: ['db.mysql waiting for web-0.ip', 'web-0.app running'],
      root: 'running',
    });
    expect(whyView(state, 'db:mysql', nowMs).links[0]).toMatchObject({ missing: ['web-0.ip'], missingCount: 1 });
  });

  it('says that all is there when the wait only has not ended yet', () => {
    const state = stateOf({ roles: [running('web-0.app')], waits: [webWaits], present: ['db.port'] });
    expect(chainOf(state, 'web-0')).toEqual({ links: ['web-0.app waiting'], root: 'arrived' });
    expect(chainOf(state, 'web-0:db.port')).toEqual({ links: ['web-0.app waiting'], root: 'arrived' });
  });

  it('tells a producer that ended well without writing', () => {
    const state = stateOf({
      roles: [running('web-0.app'), { node: 'db', role: 'mysql', state: 'done', endedAt: at(60) }],
      waits: [webWaits],
    });
    expect(chainOf(state, 'web-0')).toEqual({
      links: ['web-0.app waiting for db.port', 'db.mysql done'],
      root: 'never-written',
    });
  });

  it('tells a node that nobody runs from one whose agent has gone', () => {
    const others = everybody.filter((name) => name !== 'db');
    const notRun = stateOf({ roles: [running('web-0.app')], waits: [webWaits], members: others });
    expect(chainOf(notRun, 'web-0')).toEqual({
      links: ['web-0.app waiting for db.port', 'db.mysql pending', 'db.disk pending'],
      root: 'no-agent',
    });
    const gone = stateOf({ roles: [running('web-0.app'), running('db.mysql')], waits: [webWaits], members: others });
    expect(chainOf(gone, 'web-0').root).toBe('agent-gone');
  });

  it('follows a role that runs after others to the one that has not ended', () => {
    const done = { node: 'web-0', role: 'app', state: 'done' as const };
    const state = stateOf({
      roles: [{ node: 'ops', role: 'plan', state: 'done' }, done, running('web-1.app')],
      waits: [wait('ops.smoke', 'after', ['web-0.app', 'web-1.app'], ['web-0.app', 'web-1.app'])],
    });
    expect(chainOf(state, 'ops')).toEqual({
      links: ['ops.smoke waiting for web-1.app', 'web-1.app running'],
      root: 'running',
    });
  });

  it('a wait off the main thread is explained when it is asked for, and holds up nobody', () => {
    const background = wait('db.mysql', 'allow', ['web-0.ip'], ['web-0.app'], { edge: false });
    const state = stateOf({ roles: [running('web-0.app'), running('db.mysql')], waits: [webWaits, background] });
    expect(chainOf(state, 'web-0')).toEqual({
      links: ['web-0.app waiting for db.port', 'db.mysql running'],
      root: 'running',
    });
    expect(chainOf(state, 'db:allow').links[0]).toBe('db.mysql running for web-0.ip');
  });
});

describe('why a role waits, asked about an input that it does not wait for', () => {
  const askedOf = (state: WhyState, target: string) => whyView(state, target, nowMs).asked;
  const mysql = running('db.mysql');

  it('says so, and whether what the input is made of is there, before it tells what the role waits for', () => {
    const state = stateOf({ roles: [running('web-0.app'), mysql], waits: [webWaits], present: ['db.host'] });
    expect(askedOf(state, 'web-0:db.host')).toEqual({
      input: 'db.host',
      state: 'open',
      isThere: true,
      outputs: ['db.host'],
      count: 1,
    });
    expect(chainOf(state, 'web-0:db.host')).toEqual(chainOf(state, 'web-0'));
    expect(askedOf(stateOf({ roles: [running('web-0.app')], waits: [webWaits] }), 'web[0]:db.host')).toEqual({
      input: 'db.host',
      state: 'open',
      isThere: false,
      outputs: ['db.host'],
      count: 1,
    });
    expect(askedOf(state, 'web-0:db.port')).toBeUndefined();
    expect(askedOf(state, 'web-0')).toBeUndefined();
  });

  it('names those members of a group that have not written it, and looks for all of them', () => {
    const state = stateOf({ roles: [mysql], present: ['web-0.ip'] });
    expect(askedOf(state, 'db:allow')).toMatchObject({ isThere: false, outputs: ['web-1.ip'], count: 1 });
    expect(namedOutputs(state, 'db:allow')).toEqual(['web-0.ip', 'web-1.ip']);
    expect(namedOutputs(state, 'web[1]:db.host')).toEqual(['db.host']);
    expect(namedOutputs(state, 'db')).toEqual([]);
  });

  it('claims nothing of what may not be looked at', () => {
    const state = { ...stateOf({ roles: [mysql] }), hidden: new Set(['web-1.ip']) };
    expect(askedOf(state, 'db:allow')).not.toHaveProperty('isThere');
  });

  it.each([
    ['unread', { unread: ['db.host'] }],
    ['defaulted', { defaulted: ['db.host'] }],
    ['read', {}],
    ['unread', { startedAt: undefined }],
  ] as const)('of a role that has ended tells what it did with it: %s %j', (did, record) => {
    const { startedAt, ...ended } = { ...running('web-0.app'), startedAt: at(10), ...record, state: 'failed' as const };
    const roles = [{ incarnation: '1', ...ended, ...(startedAt === undefined ? {} : { startedAt }) }];
    expect(askedOf({ ...stateOf({}), roles }, 'web-0:db.host')).toMatchObject({ state: did });
  });

  it('is about the role when it failed of that input', () => {
    const error = new HeddleError('wait-timeout', 'waited', { details: { input: 'db.host' } }).toJSON();
    const state = stateOf({ roles: [{ ...running('web-0.app'), state: 'failed', error }] });
    expect(askedOf(state, 'web-0:db.host')).toBeUndefined();
    expect(askedOf(state, 'web-0:db.port')).toMatchObject({ state: 'read' });
  });
});

describe('what may be typed next', () => {
  const abort = { by: 'root@ops', at: at(95), reason: 'wrong release' };
  const interrupted = (isLeft: boolean) => ({
    node: 'ops',
    role: 'plan',
    state: 'aborted' as const,
    endedAt: at(90),
    error: new HeddleError('interrupted', 'ops was interrupted', isLeft ? { details: { isLeft } } : {}).toJSON(),
  });

  it('depends on whether the deployment is aborted now', () => {
    const state = stateOf({ roles: [running('db.mysql')] });
    expect(whyView({ ...state, abort }, 'db', nowMs).abort).toEqual(abort);
    expect(whyView(state, 'db', nowMs)).not.toHaveProperty('abort');
  });

  it('counts on no agent that ended with its heddle up, though its entry is still there', () => {
    expect(whyView(stateOf({ roles: [interrupted(true)] }), 'ops:plan', nowMs).root.hasAgent).toBe(false);
    expect(whyView(stateOf({ roles: [interrupted(false)] }), 'ops:plan', nowMs).root.hasAgent).toBe(true);
  });

  it.each([
    ['one that ended before its agents did', at(80), true, false],
    ['one that came after they had ended', at(92), true, true],
    ['one that lives', at(80), false, true],
  ])('counts on no heddle up whose entry alone is left: %s', (_title, since, isLeft, isThere) => {
    const entry = { key: ['up'], rev: '1', value: Buffer.from(JSON.stringify({ by: 'root@ops', since })) };
    expect(isUpThere(entry, stateOf({ roles: [interrupted(isLeft)] }).roles)).toBe(isThere);
    expect(isUpThere(undefined, [])).toBe(false);
  });
});

describe('a cycle of waits', () => {
  const ring = [wait('db.mysql', 'allow', ['web-0.ip', 'web-1.ip'], ['web-0.app', 'web-1.app']), webWaits];

  it('is the root cause, and the chain says where it begins', () => {
    const state = stateOf({
      roles: [
        running('db.mysql'),
        running('web-0.app'),
        running('web-1.app'),
        { node: 'ops', role: 'plan', state: 'done' },
      ],
      waits: [...ring, wait('ops.smoke', 'after', ['web-0.app'], ['web-0.app'])],
    });
    expect(chainOf(state, 'ops')).toEqual({
      links: ['ops.smoke waiting for web-0.app', 'web-0.app waiting for db.port', 'db.mysql waiting for web-0.ip'],
      root: 'cycle',
      cycleFrom: 1,
    });
  });

  it('is none while one of its waits is about to end', () => {
    const state = stateOf({
      roles: [running('db.mysql'), running('web-0.app'), running('web-1.app')],
      waits: ring,
      present: ['web-0.ip'],
    });
    expect(chainOf(state, 'web-0')).toEqual({
      links: ['web-0.app waiting for db.port', 'db.mysql waiting for web-1.ip', 'web-1.app running'],
      root: 'running',
    });
  });

  it('may lead over a role that stands behind another one of its node', () => {
    const state = stateOf({
      roles: [running('db.disk'), running('ops.plan')],
      waits: [wait('db.disk', 'size', ['ops.size'], ['ops.plan']), wait('ops.plan', 'x', ['db.host'], ['db.mysql'])],
    });
    expect(chainOf(state, 'ops')).toEqual({
      links: ['ops.plan waiting for db.host', 'db.mysql pending', 'db.disk waiting for ops.size'],
      root: 'cycle',
      cycleFrom: 0,
    });
  });
});

describe('why a role failed', () => {
  const failed = (name: string, error: HeddleError, more: Partial<RoleRecord> = {}) => {
    const [node = '', role = ''] = name.split('.');
    return { node, role, state: 'failed' as const, endedAt: at(90), error: error.toJSON(), ...more };
  };
  const mysqlFailed = failed('db.mysql', new HeddleError('role-failed', 'no space left'), {
    exitCode: 1,
    tail: 'E: no space\n',
  });

  it('leads to the role that failed first, with its error and last lines', () => {
    const error = new HeddleError('producer-failed', 'db.port will never come', { details: { missing: ['db.port'] } });
    const state = stateOf({ roles: [failed('web-0.app', error), mysqlFailed] });
    expect(chainOf(state, 'web-0')).toEqual({
      links: ['web-0.app failed for db.port', 'db.mysql failed'],
      root: 'failed',
    });
    expect(whyView(state, 'web-0', nowMs).links[1]).toMatchObject({
      exitCode: 1,
      forMs: 10_000,
      tail: 'E: no space\n',
      error: { code: 'role-failed', message: 'no space left' },
    });
  });

  it('keeps the first cause where the chain cannot be followed', () => {
    const firstCause = { node: 'db', role: 'mysql', code: 'role-failed', message: 'no space left' };
    const error = new HeddleError('producer-failed', 'gone', { details: { missing: ['db.port'], firstCause } });
    const state = stateOf({ roles: [failed('web-0.app', error)], present: ['db.port'] });
    expect(whyView(state, 'web-0', nowMs).links).toMatchObject([{ state: 'failed', firstCause }]);
  });

  it('follows a wait that timed out to what its producer does now', () => {
    const error = new HeddleError('wait-timeout', 'waited', { details: { missing: ['db.port'] } });
    const state = stateOf({ roles: [failed('web-0.app', error), running('db.mysql', { step: 'package[mysql]' })] });
    expect(chainOf(state, 'web-0')).toEqual({
      links: ['web-0.app failed for db.port', 'db.mysql running'],
      root: 'running',
    });
  });

  it('says when all that it failed for is there by now, and not while a part of it is not', () => {
    const late = new HeddleError('wait-timeout', 'waited', { details: { missing: ['db.port', 'db.host'] } });
    const roles = [failed('web-0.app', late), running('db.mysql')];
    const view = (...present: string[]) => whyView(stateOf({ roles, present }), 'web-0', nowMs);
    expect(view('db.port', 'db.host')).toMatchObject({
      links: [{ state: 'failed', arrived: ['db.port', 'db.host'] }],
      root: { kind: 'failed', node: 'web-0' },
    });
    expect(view('db.port').links[0]).not.toHaveProperty('arrived');
    const whole = failed('web-0.app', new HeddleError('segment-missing', 'no .x', { details: { missing: [] } }));
    expect(whyView(stateOf({ roles: [whole] }), 'web-0', nowMs).links[0]).not.toHaveProperty('arrived');
  });

  it('does not believe that all is there where the error names no more than a part', () => {
    const missing = Array.from({ length: 20 }, () => 'db.port');
    const late = failed('web-0.app', new HeddleError('wait-timeout', 'waited', { details: { missing } }));
    const [link] = whyView(stateOf({ roles: [late], present: ['db.port'] }), 'web-0', nowMs).links;
    expect(link).not.toHaveProperty('arrived');
  });

  it.each([
    ['wait-timeout', ['web-0.app', 'web-1.app']],
    ['tool-missing', undefined],
  ] as const)('a role that was not started for %s misses the roles before it only where it waited', (code, arrived) => {
    const ended = ['web-0', 'web-1'].map((node) => ({ node, role: 'app', state: 'done' as const, incarnation: '1' }));
    const { startedAt: _, ...never } = { startedAt: undefined, ...failed('ops.smoke', new HeddleError(code, 'no')) };
    const state = { ...stateOf({}), roles: [...ended, { incarnation: '1', ...never }] };
    expect(whyView(state, 'ops:smoke', nowMs).links[0]?.arrived).toEqual(arrived);
  });

  it('stops at a deadlock: its error holds the cycle', () => {
    const error = new HeddleError('deadlock', 'a cycle', { details: { missing: ['db.port'] } });
    expect(chainOf(stateOf({ roles: [failed('web-0.app', error), mysqlFailed] }), 'web-0')).toEqual({
      links: ['web-0.app failed'],
      root: 'deadlock',
    });
  });

  it('leads from a role that was not started to the one that it should run after', () => {
    const { startedAt: _, ...never } = {
      startedAt: undefined,
      ...failed('ops.smoke', new HeddleError('producer-failed', 'not started')),
    };
    const base = stateOf({
      roles: [
        { node: 'ops', role: 'plan', state: 'done' },
        { node: 'web-0', role: 'app', state: 'done' },
        failed('web-1.app', new HeddleError('role-failed', 'boom')),
      ],
    });
    const state = { ...base, roles: [...base.roles, { incarnation: '1', ...never }] };
    expect(chainOf(state, 'ops')).toEqual({
      links: ['ops.smoke failed for web-1.app', 'web-1.app failed'],
      root: 'failed',
    });
  });

  it('a lost and an aborted role are root causes of their own kind', () => {
    for (const state of ['lost', 'aborted'] as const)
      expect(chainOf(stateOf({ roles: [{ node: 'db', role: 'disk', state }] }), 'db')).toEqual({
        links: [`db.disk ${state}`],
        root: state,
      });
  });
});

describe('where nothing is wrong', () => {
  it('a role that runs waits for nothing, and one that ended well is done', () => {
    const state = stateOf({
      roles: [running('web-0.app', { step: 'x' }), { node: 'web-1', role: 'app', state: 'done' }],
    });
    expect(chainOf(state, 'web-0')).toEqual({ links: ['web-0.app running'], root: 'running' });
    expect(chainOf(state, 'web-1')).toEqual({ links: ['web-1.app done'], root: 'done' });
  });

  it('a role whose turn has come is about to start', () => {
    expect(chainOf(stateOf({}), 'web-0')).toEqual({ links: ['web-0.app pending'], root: 'starting' });
  });
});

describe('what may be asked about', () => {
  const state = stateOf({ roles: [running('web-0.app')], waits: [webWaits] });

  it.each([
    ['wbe-0', 'not-found', 'deployment test has no node wbe-0; did you mean "web-0"?'],
    ['web', 'not-found', 'deployment test has no node web; web is a group: write web[0] for one member'],
    ['web-0:prot', 'not-found', 'web-0 has neither a role nor an input prot; it has app, db.port and db.host'],
    ['Web!', 'usage', '"Web!" is no node: write NODE, NODE:ROLE or NODE:INPUT'],
    ['web-0.app', 'usage', '"web-0.app" is no node: write NODE, NODE:ROLE or NODE:INPUT; did you mean "web-0:app"?'],
    ['web[0].app', 'usage', '"web[0].app" is no node: write NODE, NODE:ROLE or NODE:INPUT; did you mean "web[0]:app"?'],
  ])('%s is refused with a hint', (target, code, message) => {
    expect(() => whyView(state, target, nowMs)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('why a role waits for some of a group', () => {
  const some = planOf({
    lb: { roles: [{ name: 'up', inputs: { ips: { $gather: 'web.ip', atLeast: 2 } }, outputs: { vip: 'vip' } }] },
    web: { count: 3, roles: [{ name: 'app', inputs: { vip: '${lb.vip}' }, outputs: { ip: 'ip' } }] },
  });
  const gather = { group: 'web', output: 'ip', role: 'app', count: 3, needed: 2 };
  const names = ['web-0', 'web-1', 'web-2'];
  const lbWaits = wait(
    'lb.up',
    'ips',
    names.map((name) => `${name}.ip`),
    names.map((name) => `${name}.app`),
    { gathers: [gather], missingAlone: 0 },
  );
  const stateWith = (given: Parameters<typeof stateOf>[0]): WhyState => ({
    ...stateOf({ members: ['lb', ...names], ...given }),
    nodes: some.nodes,
  });
  const failed = { node: 'web-0', role: 'app', state: 'failed' as const, unwritten: ['ip'] };

  it('follows a member that still runs, not one that failed and is not needed', () => {
    const state = stateWith({
      roles: [failed, running('web-1.app'), running('web-2.app'), running('lb.up')],
      waits: [lbWaits],
    });
    expect(chainOf(state, 'lb')).toEqual({
      links: ['lb.up waiting for web-1.ip', 'web-1.app running'],
      root: 'running',
    });
  });

  it('names the failed member when without it there are too few', () => {
    const state = stateWith({
      roles: [failed, { ...failed, node: 'web-1' }, running('web-2.app'), running('lb.up')],
      waits: [lbWaits],
    });
    expect(chainOf(state, 'lb')).toMatchObject({ root: 'failed' });
  });

  it('is no cycle while so many members as are needed wait for nobody', () => {
    const state = stateWith({
      roles: [running('web-0.app'), running('web-1.app'), running('web-2.app'), running('lb.up')],
      waits: [lbWaits, wait('web-0.app', 'vip', ['lb.vip'], ['lb.up'])],
    });
    expect(chainOf(state, 'lb')).toMatchObject({ root: 'running' });
    expect(chainOf(state, 'web-0')).toMatchObject({ root: 'running' });
    const { edges } = graphView(some.nodes, { deployment: 'test', live: { state, nowMs } });
    expect(edges.filter(({ isStuck }) => isStuck)).toEqual([]);
  });

  it('is a cycle when too few are left that wait for nobody', () => {
    const waits = ['web-0', 'web-1'].map((name) => wait(`${name}.app`, 'vip', ['lb.vip'], ['lb.up']));
    const state = stateWith({
      roles: [running('web-0.app'), running('web-1.app'), running('web-2.app'), running('lb.up')],
      waits: [lbWaits, ...waits],
    });
    expect(chainOf(state, 'lb')).toMatchObject({ root: 'cycle' });
  });
});

describe('a wait for more outputs than its record names', () => {
  const large = planOf({
    lb: { roles: [{ name: 'up', inputs: { ips: '${web[*].ip}' } }] },
    web: { count: 30, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
  });
  const names = Array.from({ length: 30 }, (_, index) => `web-${index}`);
  const lbWaits = wait(
    'lb.up',
    'ips',
    names.slice(0, 20).map((name) => `${name}.ip`),
    names.slice(0, 20).map((name) => `${name}.app`),
    {
      missingCount: 30,
      gathers: [{ group: 'web', output: 'ip', role: 'app', count: 30, needed: 30 }],
      missingAlone: 0,
    },
  );
  const stateWith = (present: number): WhyState => ({
    ...stateOf({
      roles: [running('lb.up'), ...names.map((name) => running(`${name}.app`))],
      waits: [lbWaits],
      members: ['lb', ...names],
      present: names.slice(0, present).map((name) => `${name}.ip`),
    }),
    nodes: large.nodes,
  });

  it('goes on to one that is not named, when all that are have come', () => {
    const state = stateWith(20);
    expect(chainOf(state, 'lb')).toEqual({
      links: ['lb.up waiting for web-20.ip', 'web-20.app running'],
      root: 'running',
    });
    expect(whyView(state, 'lb', nowMs).links[0]?.missingCount).toBe(10);
  });

  it('has arrived when every one is there, and asks for all of them', () => {
    expect(chainOf(stateWith(30), 'lb')).toMatchObject({ root: 'arrived' });
    expect(namedOutputs(stateWith(0))).toHaveLength(30);
  });
});
