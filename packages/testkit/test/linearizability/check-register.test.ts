import { checkRegister, createRandom, describeOperation, type RegisterOperation } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { get, history, isLinearizableByDefinition, lost, OPEN, put, randomHistory, remove } from './histories.ts';

const factor = Number(process.env['HEDDLE_TEST_FACTOR'] ?? 1);

const RIGHT: readonly (readonly [what: string, operations: RegisterOperation[]])[] = [
  ['nothing happened', []],
  [
    'one after the other',
    history([0, 1, put(undefined, 'a')], [2, 3, get('a')], [4, 5, put('a', 'b')], [6, 7, get('b')]),
  ],
  [
    'two reads during a write see it and do not see it',
    history([0, 9, put(undefined, 'a')], [1, 2, get(undefined)], [3, 4, get('a')]),
  ],
  [
    'of two writes at once the one that lost was told the other',
    history([0, 9, put(undefined, 'a')], [1, 8, put(undefined, 'b', lost('a'))]),
  ],
  [
    'an open write is seen much later',
    history([0, 1, put(undefined, 'a', OPEN)], [2, 3, get(undefined)], [4, 5, get('a')]),
  ],
  [
    'an open write never happens',
    history([0, 1, put(undefined, 'a', OPEN)], [2, 3, get(undefined)], [4, 5, put(undefined, 'b')]),
  ],
  [
    'an open delete explains an absence',
    history([0, 1, put(undefined, 'a')], [2, 3, remove('a', OPEN)], [4, 5, get('a')], [6, 7, get(undefined)]),
  ],
  [
    'a write after a delete',
    history([0, 1, put(undefined, 'a')], [2, 3, remove('a')], [4, 5, put(undefined, 'b')], [6, 7, get('b')]),
  ],
  [
    'a chain of open writes',
    history(
      [0, 1, put(undefined, 'a', OPEN)],
      [2, 3, put('a', 'b', OPEN)],
      [4, 5, put('b', 'c', OPEN)],
      [6, 7, get('c')],
    ),
  ],
];

const WRONG: readonly (readonly [what: string, operations: RegisterOperation[]])[] = [
  ['a stale read', history([0, 1, put(undefined, 'a')], [2, 3, put('a', 'b')], [4, 5, get('a')])],
  ['a stale absence', history([0, 1, put(undefined, 'a')], [2, 3, get(undefined)])],
  [
    'a lost update',
    history([0, 1, put(undefined, 'a')], [2, 3, put('a', 'b')], [4, 5, put('a', 'c')], [6, 7, get('c')]),
  ],
  [
    'an acknowledged write that did not happen',
    history([0, 1, put(undefined, 'a')], [2, 3, put('a', 'b')], [4, 5, put('a', 'c', lost('a'))]),
  ],
  ['a read of a value that nobody wrote', history([0, 1, put(undefined, 'a')], [2, 3, get('x')])],
  [
    'a compare-and-set that succeeded twice, at once',
    history([0, 1, put(undefined, 'a')], [2, 9, put('a', 'b')], [3, 8, put('a', 'c')]),
  ],
  ['a read before its write was called', history([0, 1, get('a')], [2, 3, put(undefined, 'a')])],
  [
    'two readers that see two writes in opposite orders',
    history([0, 9, put(undefined, 'a')], [1, 2, get('a')], [3, 8, put('a', 'b')], [4, 5, get('b')], [6, 7, get('a')]),
  ],
  ['a write that lost to what it expects', history([0, 1, put(undefined, 'a')], [2, 3, put('a', 'b', lost('a'))])],
  [
    'a write that lost, and happened',
    history([0, 1, put(undefined, 'a')], [2, 9, put('a', 'b', lost('c'))], [3, 4, put('a', 'c')], [5, 6, get('b')]),
  ],
  [
    'an open write that is seen and then was never there',
    history([0, 1, put(undefined, 'a', OPEN)], [2, 3, get('a')], [4, 5, get(undefined)]),
  ],
  ['an open write that is seen before its call', history([0, 1, get('a')], [2, 3, put(undefined, 'a', OPEN)])],
  [
    'an open write that happens twice',
    history([0, 1, put(undefined, 'a', OPEN)], [2, 3, get('a')], [4, 5, remove('a')], [6, 7, get('a')]),
  ],
];

describe('the check of a register', () => {
  it.each(RIGHT)('takes as linearizable: %s', (_, operations) => {
    expect(checkRegister(operations)).toBeUndefined();
    expect(isLinearizableByDefinition(operations)).toBe(true);
  });

  it.each(WRONG)('refuses: %s', (_, operations) => {
    expect(checkRegister(operations)).toBeDefined();
    expect(isLinearizableByDefinition(operations)).toBe(false);
  });

  it('names the longest order that agrees, and what cannot follow it', () => {
    const violation = checkRegister(history([0, 1, put(undefined, 'a')], [2, 3, put('a', 'b')], [4, 5, get('a')]));
    expect(violation?.longest.map(describeOperation)).toEqual([
      '#0-1 client 0: put absent -> a, done',
      '#2-3 client 1: put a -> b, done',
    ]);
    expect(violation && describeOperation(violation.stuckAt)).toBe('#4-5 client 2: get found a');
  });

  it('agrees with the definition on small random histories, of which many are right and many are wrong', () => {
    const { seed, random } = createRandom();
    console.log(`history seed ${seed}`);
    const verdicts = { right: 0, wrong: 0 };
    for (let round = 0; round < 5000 * factor; round += 1) {
      const operations = randomHistory(random);
      const isRight = isLinearizableByDefinition(operations);
      verdicts[isRight ? 'right' : 'wrong'] += 1;
      const text = (): string => `seed ${seed}, round ${round}:\n${operations.map(describeOperation).join('\n')}`;
      expect(checkRegister(operations) === undefined, text()).toBe(isRight);
    }
    expect(Math.min(verdicts.right, verdicts.wrong)).toBeGreaterThan(500 * factor);
  });

  it('takes five hundred operations of eight clients with many open writes', () => {
    const { seed, random } = createRandom();
    const operations: RegisterOperation[] = [];
    let state: string | undefined;
    let at = 0;
    for (let number = 0; number < 500; number += 1) {
      // It takes effect at `at`; its call and its answer lie up to four others away.
      const [calledAt, endedAt] = [at - 4 * random(), at + 4 * random()];
      const writes = `v${number}`;
      const isOpen = random() < 0.2;
      const action = random() < 0.5 ? get(state) : put(state, writes, isOpen ? OPEN : { kind: 'done' });
      operations.push({ client: number % 8, calledAt, endedAt, action });
      if (action.kind === 'put' && !(isOpen && random() < 0.5)) state = writes;
      at += 1;
    }
    expect(checkRegister(operations), `seed ${seed}`).toBeUndefined();
  });
});
