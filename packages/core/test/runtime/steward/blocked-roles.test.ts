import type { RoleRecord, WaitRecord } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import {
  blockedRoles,
  deadlockedRoles,
  type GraphState,
  type GraphWait,
} from '../../../src/runtime/steward/wait-graph.ts';

function waitOf(id: string, number: number, more: Partial<WaitRecord>): GraphWait {
  const [node = '', role = ''] = id.split('.');
  const record: WaitRecord = {
    node,
    role,
    input: 'x',
    missing: [],
    missingCount: 0,
    producers: [],
    since: '',
    deadline: '',
    edge: true,
    ...more,
  };
  return { key: ['d', '1', 'waits', node, role, String(number)], rev: '1', record };
}

function ended(id: string, state: 'done' | 'failed', unwritten: readonly string[] = []): [string, RoleRecord] {
  const [node = '', role = ''] = id.split('.');
  return [id, { state, node, role, incarnation: '1', unwritten }];
}

function stuck(state: Partial<GraphState>): readonly string[] {
  const whole: GraphState = { nodes: [], roles: new Map(), waits: [], isPresent: () => false, ...state };
  return [...deadlockedRoles(blockedRoles(whole))].sort();
}

const someOfWeb = { group: 'web', output: 'ip', role: 'app', count: 3, needed: 1 };
const forDb = (member: string): GraphWait => waitOf(member, 1, { missing: ['db.port'], producers: ['db.mysql'] });

describe('who can never go on', () => {
  it('an output that is needed by itself is, although some of its group are enough in the same input', () => {
    const input = {
      missing: ['web-0.ip', 'web-0.ip', 'web-1.ip', 'web-2.ip'],
      producers: ['web-0.app', 'web-0.app', 'web-1.app', 'web-2.app'],
      gathers: [someOfWeb],
      missingAlone: 1,
    };
    const waits = [waitOf('db.mysql', 1, input), forDb('web-0.app')];
    expect(stuck({ waits })).toEqual(['db.mysql', 'web-0.app']);
  });

  it('a member that has ended without writing is no help to who needs some of a group', () => {
    const waits = [waitOf('db.mysql', 1, { gathers: [someOfWeb] }), forDb('web-0.app'), forDb('web-1.app')];
    expect(stuck({ waits, roles: new Map([ended('web-2.app', 'failed', ['ip'])]) })).toEqual([
      'db.mysql',
      'web-0.app',
      'web-1.app',
    ]);
    // It had written before it failed.
    expect(stuck({ waits, roles: new Map([ended('web-2.app', 'failed')]) })).toEqual([]);
  });

  describe('a lost member of which nobody could say what it had written', () => {
    const lost: [string, RoleRecord] = ['web-2.app', { state: 'lost', node: 'web-2', role: 'app', incarnation: '1' }];
    const gathering = (needed: number) => waitOf('db.mysql', 1, { gathers: [{ ...someOfWeb, needed }] });

    it('was not enough: the wait that needs some of its group would have ended', () => {
      const waits = [gathering(1), forDb('web-0.app'), forDb('web-1.app')];
      expect(stuck({ waits, roles: new Map([lost]) })).toEqual(['db.mysql', 'web-0.app', 'web-1.app']);
    });

    it('may be one of several that are needed: one more member that can write is taken for enough', () => {
      const waits = [gathering(2), forDb('web-0.app')];
      expect(stuck({ waits, roles: new Map([lost]) })).toEqual([]);
      expect(stuck({ waits: [...waits, forDb('web-1.app')], roles: new Map([lost]) })).toEqual([
        'db.mysql',
        'web-0.app',
        'web-1.app',
      ]);
    });
  });

  it('whoever waits for a value that never comes is about to end, and keeps nobody', () => {
    const waits = [
      waitOf('db.mysql', 1, { missing: ['web-0.ip', 'ops.key'], producers: ['web-0.app', 'ops.keys'] }),
      forDb('web-0.app'),
    ];
    expect(stuck({ waits })).toEqual(['db.mysql', 'web-0.app']);
    expect(stuck({ waits, roles: new Map([ended('ops.keys', 'done', ['key'])]) })).toEqual([]);
  });

  it('a role that runs after several waits on for those that have not ended', () => {
    const waits = [
      waitOf('db.mysql', 0, { missing: ['ops.keys', 'web-0.app'], producers: ['ops.keys', 'web-0.app'] }),
      forDb('web-0.app'),
    ];
    expect(stuck({ waits, roles: new Map([ended('ops.keys', 'done')]) })).toEqual(['db.mysql', 'web-0.app']);
    expect(stuck({ waits, roles: new Map([ended('ops.keys', 'failed')]) })).toEqual([]);
  });

  it.each([[[1, 2]], [[2, 1]]])(
    'a role with several waits goes on when one of them can end, whichever was told last (%j)',
    (numbers) => {
      const forWeb = (number: number) =>
        waitOf('db.mysql', number, { missing: ['web-0.ip'], producers: ['web-0.app'] });
      const forOps = (number: number) => waitOf('db.mysql', number, { missing: ['ops.key'], producers: ['ops.keys'] });
      const [first = 0, second = 0] = numbers;
      const others = [forDb('web-0.app')];
      const order = (waits: readonly GraphWait[]) => (first < second ? waits : [...waits].reverse());
      expect(stuck({ waits: [...order([forWeb(1), forOps(2)]), ...others] })).toEqual([]);
      const opsToo = waitOf('ops.keys', 1, { missing: ['db.port'], producers: ['db.mysql'] });
      expect(stuck({ waits: [...order([forWeb(1), forOps(2)]), ...others, opsToo] })).toEqual([
        'db.mysql',
        'ops.keys',
        'web-0.app',
      ]);
      // The second is about to end: its producer has ended without writing.
      const roles = new Map([ended('ops.keys', 'done', ['key'])]);
      expect(stuck({ waits: [...order([forWeb(1), forOps(2)]), ...others], roles })).toEqual([]);
    },
  );
});
