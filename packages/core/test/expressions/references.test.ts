import { describe, expect, it } from 'vitest';
import type { Expression } from '../../src/expressions/expression.ts';
import { localOutputs, references } from '../../src/expressions/references.ts';

const host: Expression = { kind: 'reference', node: 'db', output: 'host', segments: ['v4'] };
const port: Expression = { kind: 'reference', node: 'db', output: 'port', segments: [] };
const ips: Expression = { kind: 'gather', group: 'web', count: 3, output: 'ip', segments: [], as: 'list' };
const own: Expression = { kind: 'local', output: 'ip', segments: [] };

describe('references', () => {
  it('lists outputs and gathers at any depth, each once, in the order of the text', () => {
    const expression: Expression = {
      kind: 'map',
      entries: [
        ['a', { kind: 'list', items: [{ kind: 'text', parts: [host, { kind: 'constant', value: ':' }, port] }, ips] }],
        ['b', { ...host, segments: ['v6'] }],
        ['c', own],
        ['d', { ...ips, as: 'map' }],
      ],
    };
    expect(references(expression)).toEqual([
      { kind: 'output', node: 'db', output: 'host' },
      { kind: 'output', node: 'db', output: 'port' },
      ips,
    ]);
  });

  it('keeps gathers apart that are satisfied by different numbers of members', () => {
    const some: Expression = { ...ips, atLeast: 2 };
    expect(references({ kind: 'list', items: [ips, some] })).toEqual([ips, some]);
  });

  it('lists nothing for what waits for nobody', () => {
    expect(
      references({ kind: 'list', items: [{ kind: 'constant', value: '${db.host}' }, { kind: 'dir' }, own] }),
    ).toEqual([]);
  });
});

it('localOutputs lists the outputs of the own role, each once', () => {
  expect(localOutputs({ kind: 'list', items: [own, host, { ...own, segments: [0] }] })).toEqual(['ip']);
});
