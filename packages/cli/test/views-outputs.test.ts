import type { PlanNode, RoleRecord } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { outputsTable } from '../src/output/outputs-table.ts';
import { type OutputsState, outputsView, type StoredOutput } from '../src/views/outputs.ts';

const constant = { kind: 'constant', value: null } as const;

function node(name: string, outputs: readonly { name: string; sensitive?: boolean }[]): PlanNode {
  const role = {
    name: 'server',
    adapter: 'command',
    options: constant,
    inputs: [],
    after: [],
    deadlineMs: 1000,
    concurrent: false,
  };
  const declared = outputs.map((output) => ({
    path: [output.name],
    sensitive: false,
    publish: 'settled' as const,
    ...output,
  }));
  return { name, group: null, index: 0, roles: [{ ...role, outputs: declared }] };
}

function stored(
  output: string,
  value: StoredOutput['envelope']['value'],
  more: Partial<StoredOutput['envelope']> = {},
): StoredOutput {
  const envelope = {
    value,
    type: 'string' as const,
    sensitive: false,
    producer: { node: 'db', role: 'server', incarnation: '1' },
    writeId: 'w',
    time: '2026-01-01T00:00:00.000Z',
  };
  return { node: 'db', output, revision: '7', envelope: { ...envelope, ...more } };
}

function state(more: Partial<OutputsState>): OutputsState {
  return { deployment: 'shop', epoch: '1', nodes: [node('db', [{ name: 'host' }])], roles: [], values: [], ...more };
}

function record(fields: Partial<RoleRecord> & Pick<RoleRecord, 'state'>): RoleRecord {
  return { node: 'db', role: 'server', incarnation: '1', ...fields };
}

const nowMs = Date.parse('2026-01-01T00:01:30.000Z');

describe('the view of outputs', () => {
  test.each([
    ['nothing is recorded', undefined, 'absent', 'pending'],
    ['its role runs', 'running', 'absent', 'running'],
    ['its role ended without writing it', 'done', 'failed', 'done'],
    ['its role failed', 'failed', 'failed', 'failed'],
    ['its node is lost', 'lost', 'failed', 'lost'],
  ] as const)('an output without a value when %s', (_when, roleState, expected, shown) => {
    const roles = roleState === undefined ? [] : [record({ state: roleState })];
    expect(outputsView(state({ roles }), nowMs)).toEqual([
      {
        name: 'db.host',
        node: 'db',
        output: 'host',
        state: expected,
        sensitive: false,
        role: 'server',
        roleState: shown,
      },
    ]);
  });

  test('a value stays present when its role fails later', () => {
    const view = outputsView(
      state({
        roles: [record({ state: 'failed' })],
        values: [stored('host', '10.0.0.5', { source: 'recipes/default.rb:9' })],
      }),
      nowMs,
    );
    expect(view).toEqual([
      expect.objectContaining({
        state: 'present',
        value: '10.0.0.5',
        ageMs: 90_000,
        revision: '7',
        source: 'recipes/default.rb:9',
        roleState: 'failed',
      }),
    ]);
  });

  test('neither the plan nor the writer alone can make a sensitive value visible', () => {
    const byPlan = outputsView(
      state({ nodes: [node('db', [{ name: 'host', sensitive: true }])], values: [stored('host', 'hunter22')] }),
      nowMs,
    );
    const byWriter = outputsView(state({ values: [stored('host', 'hunter22', { sensitive: true })] }), nowMs);
    expect(JSON.stringify([byPlan, byWriter])).not.toContain('hunter22');
    expect([byPlan, byWriter].map(([view]) => view?.sensitive)).toEqual([true, true]);
  });

  test('the table fits its width and shows no line end', () => {
    const values = [stored('host', `first\nsecond ${'x'.repeat(300)}`)];
    const table = outputsTable(outputsView(state({ values }), nowMs), { width: 100, colour: false });
    expect(table.split('\n').map((line) => line.length <= 100)).toEqual([true, true]);
    expect(table).toContain('"first\\nsecond xxx');
    expect(table).toContain('…');
  });
});
