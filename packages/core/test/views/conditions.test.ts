import {
  HeddleError,
  judgeConditions,
  parseCondition,
  type RoleRecord,
  type RoleState,
  type WhyState,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { planOf } from '../runtime/fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: { count: 2, roles: [{ name: 'app', outputs: { ip: 'ip' } }, { name: 'tidy' }] },
});

function role(name: string, state: RoleState, more: Partial<RoleRecord> = {}): RoleRecord {
  const [node = '', roleName = ''] = name.split('.');
  return { node, role: roleName, state, incarnation: '1', startedAt: '2030-01-01T00:00:00.000Z', ...more };
}

function judge(
  texts: readonly string[],
  roles: readonly RoleRecord[],
  present: readonly string[] = [],
  failOnAny = false,
) {
  const conditions = texts.map((text) => parseCondition(text, plan.nodes));
  const state: WhyState = {
    deployment: 'test',
    epoch: '1',
    isOpen: true,
    nodes: plan.nodes,
    roles,
    waits: [],
    members: [],
    present: new Set(present),
  };
  const judgement = judgeConditions(conditions, state, failOnAny);
  if (judgement.kind === 'open') return judgement.open.map(({ text }) => text);
  return judgement.kind === 'hold'
    ? 'hold'
    : { code: judgement.error.code, message: judgement.error.message, next: judgement.error.next };
}

describe('a condition', () => {
  it.each([
    ['value=db.port', ['db.port']],
    ['value=web[1].ip', ['web-1.ip']],
    ['value=web-1.ip', ['web-1.ip']],
    ['value=web[*].ip', ['web-0.ip', 'web-1.ip']],
    ['group=web:ip', ['web-0.ip', 'web-1.ip']],
    ['role=db.mysql', ['db.mysql:done']],
    ['role=web[*].app:ended', ['web-0.app:ended', 'web-1.app:ended']],
    ['role=web[0].tidy:running', ['web-0.tidy:running']],
  ])('%s is about %s', (text, open) => {
    expect(judge([text], [])).toEqual(open);
  });

  it.each([
    ['port', 'usage', 'write value=NODE.OUTPUT, role=NODE.ROLE:done or group=GROUP:OUTPUT'],
    ['group=web', 'usage', 'write group=GROUP:OUTPUT'],
    ['group=db:port', 'usage', 'db is a single node: write db without [*]'],
    ['value=web.ip', 'usage', 'web is a group of 2: write web[0] for one member, web[*] for all of them'],
    ['value=db.port.x', 'usage', '"db.port.x" names a part of a value: leave out what is behind the output'],
    ['role=db.mysql:dnoe', 'usage', '"dnoe" is nothing that a role can be; did you mean "done"?'],
    ['role=db.mysql:ready', 'usage', '"ready" is nothing that a role can be; there are running, done and ended'],
    ['value=dbb.port', 'not-found', 'the deployment has no node dbb; did you mean "db"?'],
    ['value=web[2].ip', 'not-found', 'web has no member 2: its members are web[0] to web[1]'],
    ['value=db.prot', 'not-declared', 'no role of db declares an output prot; did you mean "port"?'],
    ['role=db.app', 'not-found', 'db has no role app; it has mysql'],
  ])('%s is refused with %s and a hint', (text, code, message) => {
    const given = () => parseCondition(text, plan.nodes);
    expect(given).toThrow(HeddleError);
    expect(given).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) as string }));
  });
});

describe('conditions together', () => {
  it('hold when every one does', () => {
    const roles = [role('db.mysql', 'running'), role('web-0.app', 'done')];
    const both = ['value=db.port', 'role=web[0].app:done'];
    expect(judge(both, roles)).toEqual(['db.port']);
    expect(judge(both, roles, ['db.port'])).toBe('hold');
  });

  it('a role holds "running" once it has begun, and "ended" however it ended', () => {
    expect(judge(['role=db.mysql:running'], [role('db.mysql', 'pending')])).toEqual(['db.mysql:running']);
    expect(judge(['role=db.mysql:running'], [role('db.mysql', 'running')])).toBe('hold');
    expect(judge(['role=db.mysql:running'], [role('db.mysql', 'done')])).toBe('hold');
    expect(judge(['role=db.mysql:ended'], [role('db.mysql', 'running')])).toEqual(['db.mysql:ended']);
    expect(judge(['role=db.mysql:ended'], [role('db.mysql', 'failed')])).toBe('hold');
  });

  it('a role that never began will never run', () => {
    const { startedAt: _, ...never } = role('db.mysql', 'failed');
    expect(judge(['role=db.mysql:running'], [never])).toMatchObject({ code: 'producer-failed' });
  });

  it.each<[RoleState, string, string]>([
    ['done', 'never-written', 'role mysql of db ended well without writing port'],
    ['failed', 'producer-failed', 'role mysql of db failed (exit code 3)'],
    ['aborted', 'producer-failed', 'role mysql of db was aborted (exit code 3)'],
    ['lost', 'producer-lost', 'role mysql of db is gone: its node was lost'],
  ])('a value whose role is %s never comes', (state, code, because) => {
    expect(judge(['value=db.port'], [role('db.mysql', state, { exitCode: 3 })])).toEqual({
      code,
      message: `heddle wait: db.port will never come: ${because}`,
      next: ['heddle why db:mysql  explains it'],
    });
  });

  it('the failure of a role that no condition is about counts only when it is asked for', () => {
    const roles = [role('db.mysql', 'running'), role('web-1.tidy', 'failed', { exitCode: 1 })];
    expect(judge(['value=db.port'], roles)).toEqual(['db.port']);
    expect(judge(['value=db.port'], roles, [], true)).toMatchObject({
      code: 'producer-failed',
      message: 'heddle wait: role tidy of web-1 failed (exit code 1), and --error=any-failed was given',
    });
    expect(judge(['value=db.port'], roles, ['db.port'], true)).toBe('hold');
  });
});
