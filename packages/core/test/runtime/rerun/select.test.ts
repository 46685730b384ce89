import { describe, expect, it } from 'vitest';
import { roleDigest } from '../../../src/plan/digest.ts';
import type { RoleRecord } from '../../../src/records/role-record.ts';
import { outdatedRoles, rolesToRetry } from '../../../src/runtime/rerun/select.ts';
import { compiled, nodes } from '../../plan/deployment.ts';

const plan = compiled(
  nodes(
    'db: { roles: [{ name: mysql, command: x, outputs: { port: port } }, { name: backup, command: x, after: [web.app] }] }',
    'web: { count: 2, roles: [{ name: app, command: x, inputs: { p: "${db.port}" }, outputs: { ip: ip } }] }',
    'proxy: { roles: [{ name: front, command: x, inputs: { all: "${web[*].ip}" } }, { name: tidy, command: x }] }',
    'log: { roles: [{ name: collect, command: x, inputs: { one: "${web[0].ip}" } }] }',
  ),
);

/** A record of each role; `codes` says with which error one failed, `read` what one that is done has read. */
function records(
  codes: Readonly<Record<string, string>>,
  read: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): RoleRecord[] {
  return plan.nodes.flatMap(({ name: node, roles }) =>
    roles.map((role): RoleRecord => {
      const id = `${node}.${role.name}`;
      const base = {
        node,
        role: role.name,
        incarnation: '1',
        digest: roleDigest(role),
        inputRevisions: read[id] ?? {},
      };
      const code = codes[id];
      if (code === undefined) return { ...base, state: 'done' };
      const error = { code, message: '', exitCode: 21, retryable: false } as NonNullable<RoleRecord['error']>;
      return { ...base, state: code === 'aborted' ? 'aborted' : 'failed', error };
    }),
  );
}

const names = (refs: readonly { node: string; role: string }[]) => refs.map(({ node, role }) => `${node}.${role}`);
const state = (all: readonly RoleRecord[], revisions: Readonly<Record<string, string>> = {}) => ({
  nodes: plan.nodes,
  records: all,
  revisions: new Map(Object.entries(revisions)),
});

describe('what a retry runs again', () => {
  it('is what failed on the node, and what that has failed elsewhere, through values, gathers and order', () => {
    const all = records({
      'db.mysql': 'role-failed',
      'web-0.app': 'producer-failed',
      'web-1.app': 'wait-timeout',
      'proxy.front': 'producer-failed',
      'db.backup': 'producer-failed',
    });
    expect(names(rolesToRetry(state(all), 'db', 'mysql'))).toEqual([
      'db.mysql',
      'web-0.app',
      'web-1.app',
      'db.backup',
      'proxy.front',
    ]);
  });

  it('leaves out what failed of itself elsewhere, and what is downstream of nothing', () => {
    const all = records({
      'db.mysql': 'role-failed',
      'web-0.app': 'role-failed',
      'log.collect': 'producer-failed',
      'proxy.tidy': 'role-failed',
    });
    expect(names(rolesToRetry(state(all), 'db'))).toEqual(['db.mysql']);
    expect(names(rolesToRetry(state(all), 'web-0'))).toEqual(['web-0.app', 'log.collect']);
  });

  it('takes in what read a value that was replaced since', () => {
    const all = records({}, { 'web-0.app': { 'db.port': '3' }, 'log.collect': { 'web-0.ip': '5' } });
    const now = state(all, { 'db.port': '4', 'web-0.ip': '5' });
    expect(names(rolesToRetry(now, 'web-0'))).toEqual(['web-0.app']);
    expect(names(outdatedRoles(now))).toEqual(['web-0.app']);
    expect(rolesToRetry(now, 'log')).toEqual([]);
  });

  it('takes in a role whose definition is another one now', () => {
    const all = records({}).map((record) => (record.role === 'tidy' ? { ...record, digest: 'other' } : record));
    expect(names(rolesToRetry(state(all), 'proxy'))).toEqual(['proxy.tidy']);
  });

  it('is nothing for roles that have not ended', () => {
    const all = records({}).map((record): RoleRecord => ({ ...record, state: 'running' }));
    expect(rolesToRetry(state(all), 'db')).toEqual([]);
    expect(rolesToRetry(state([]), 'db')).toEqual([]);
  });
});
