import { describe, expect, it } from 'vitest';
import { type Change, evaluate, type Outcome } from '../src/engine/evaluate.ts';
import { applyRecord, createState, type State } from '../src/engine/state.ts';
import type { WriteMessage } from '../src/wire/messages.ts';

function put(writeId: string, more: Partial<WriteMessage> = {}): Change & { kind: 'write' } {
  const base = { type: 'put', id: 1, key: ['a'], value: new Uint8Array(), guards: [], liveness: false } as const;
  const write: WriteMessage = { ...base, expect: { absent: true }, writeId, ...more };
  return { kind: 'write', write, session: 's', timeoutMs: 1000 };
}

function run(state: State, ...changes: Change[]): readonly Outcome[] {
  const { records, outcomes } = evaluate(state, changes);
  for (const record of records) applyRecord(state, record);
  return outcomes;
}

const kinds = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'failed' ? outcome.error.code : outcome.kind));

describe('a write that is sent again', () => {
  it('is confirmed with its revision when it had happened', () => {
    const state = createState();
    run(state, put('w1'));
    expect(run(state, put('w1', { again: 0 }))).toEqual([{ kind: 'written', rev: '1' }]);
    expect(state.sequence).toBe(1);
  });

  it('is confirmed also when others have overwritten it, when its guard was superseded, and when it was a delete', () => {
    const state = createState();
    run(state, put('w1'), put('w2', { expect: { rev: '1' } }), put('w3', { key: ['guard'] }));
    const guards = [{ key: ['guard'], rev: '9' }];
    expect(run(state, put('w1', { again: 0, guards }))).toEqual([{ kind: 'written', rev: '1' }]);
    run(state, put('w4', { type: 'delete', expect: { rev: '2' } }));
    expect(run(state, put('w4', { type: 'delete', expect: { rev: '2' }, again: 0 }))).toEqual([
      { kind: 'written', rev: '4' },
    ]);
  });

  it('is confirmed when both sendings are decided in one step', () => {
    expect(run(createState(), put('w1'), put('w1', { again: 0 }))).toEqual([
      { kind: 'written', rev: '1' },
      { kind: 'written', rev: '1' },
    ]);
  });

  it('is done now when it had not happened', () => {
    const state = createState();
    run(state, put('other', { key: ['b'] }));
    expect(kinds(run(state, put('w1', { again: 0 })))).toEqual(['written']);
    expect(kinds(run(state, put('w2', { again: 0 })))).toEqual(['lost']);
  });

  it('is ambiguous when memory does not reach back far enough, unless the expected revision still stands', () => {
    const state = createState();
    run(state, put('w1'));
    for (let number = 0; number < 5000; number += 1) run(state, put(`x${number}`, { key: ['x', String(number)] }));
    expect(kinds(run(state, put('new', { key: ['n'], again: 1 })))).toEqual(['ambiguous']);
    expect(kinds(run(state, put('new', { key: ['n'], again: state.rememberedFrom })))).toEqual(['written']);
    expect(kinds(run(state, put('change', { expect: { rev: '1' }, again: 1 })))).toEqual(['written']);
    expect(kinds(run(state, put('w1', { again: 0 })))).toEqual(['ambiguous']);
  });

  it('is recognised by the entry itself, however long ago it was', () => {
    const state = createState();
    run(state, put('w1'));
    for (let number = 0; number < 5000; number += 1) run(state, put(`x${number}`, { key: ['x', String(number)] }));
    expect(run(state, put('w1', { again: 0 }))).toEqual([{ kind: 'written', rev: '1' }]);
  });
});

describe('changes that are decided in one step', () => {
  it('see each other: guards, expected states and the end of a session', () => {
    const state = createState();
    const guarded = put('w3', { key: ['b'], guards: [{ key: ['a'], rev: '1' }] });
    const outcomes = run(
      state,
      put('w1'),
      put('w2', { expect: { rev: '1' } }),
      guarded,
      put('w4', { key: ['live'], liveness: true }),
      { kind: 'end', session: 's' },
      put('w5', { key: ['late'], liveness: true }),
      put('w6', { key: ['live'] }),
    );
    expect(kinds(outcomes)).toEqual(['written', 'written', 'fenced', 'written', 'written', 'session-lost', 'written']);
    expect(state.entries.range('').map((entry) => entry.key.join('/'))).toEqual(['a', 'live']);
    expect([state.owned.size, state.sessions.size]).toEqual([0, 0]);
  });
});
