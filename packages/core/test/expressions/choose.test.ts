import { chooseExpected, type Expression } from '@heddle/core';
import { describe, expect, it } from 'vitest';

const left: Expression = { kind: 'reference', node: 'a', output: 'x', segments: [] };
const right: Expression = { kind: 'reference', node: 'b', output: 'y', segments: [] };
const choice = (more: Partial<Extract<Expression, { kind: 'choice' }>>): Expression => ({
  kind: 'choice',
  by: 's0',
  cases: [
    [true, left],
    [false, right],
  ],
  ...more,
});

describe('who looks ahead', () => {
  it('sees the side that is expected, however deep the choice stands', () => {
    const inner = choice({ expected: true });
    expect(chooseExpected(choice({ expected: false, cases: [[false, { kind: 'list', items: [inner] }]] }))).toEqual({
      kind: 'list',
      items: [left],
    });
    expect(chooseExpected({ kind: 'map', entries: [['k', inner]] })).toEqual({ kind: 'map', entries: [['k', left]] });
  });

  it('sees both sides where nothing is expected, or what nothing stands for', () => {
    for (const open of [choice({}), choice({ expected: 'other' })]) expect(chooseExpected(open)).toEqual(open);
  });

  it('sees the expected sides inside of a choice that is open', () => {
    const open = choice({ cases: [[true, choice({ expected: false })]] });
    expect(chooseExpected(open)).toEqual(choice({ cases: [[true, right]] }));
  });

  it('sees nothing to wait for where nothing will be there', () => {
    const absent = choice({ cases: [[true, left]], absent: 'a.x', expected: false });
    expect(chooseExpected(absent)).toEqual({ kind: 'constant', value: null });
  });
});
