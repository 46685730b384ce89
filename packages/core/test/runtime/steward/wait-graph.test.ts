import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDeadlocks } from '../../../src/runtime/steward/cycle.ts';
import { evidenceOf } from '../../../src/runtime/steward/evidence.ts';
import {
  type Blocked,
  type BlockedRoles,
  deadlockedRoles,
  type Need,
} from '../../../src/runtime/steward/wait-graph.ts';

const names = ['a.r', 'b.r', 'c.r', 'd.r', 'e.r', 'f.r'];

/** Some roles, each blocked in one wait or two by needs on any of them, a few not blocked at all. */
const graphs = fc
  .array(
    fc.option(
      fc.array(
        fc.array(fc.record({ producers: fc.subarray(names, { minLength: 1 }), spare: fc.nat({ max: 3 }) }), {
          minLength: 1,
          maxLength: 2,
        }),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    { minLength: names.length, maxLength: names.length },
  )
  .map((rows) => {
    const blocked = new Map<string, readonly Blocked[]>();
    for (const [index, row] of rows.entries()) {
      const role = names[index];
      if (row === null || role === undefined) continue;
      const record = {
        node: role.slice(0, 1),
        role: 'r',
        input: 'x',
        missing: [],
        missingCount: 0,
        producers: [],
        since: `2026-01-0${index + 1}`,
        deadline: '',
        edge: true,
      };
      const waits = row.map((rowNeeds, number): Blocked => {
        const needs = rowNeeds.map(({ producers, spare }, place): Need => {
          const wants = producers.map((producer) => ({ producer, output: `${producer.slice(0, 1)}.o${place}` }));
          return { wants, needed: Math.max(1, wants.length - spare), id: `${role} ${number} ${place}` };
        });
        return { role, needs, wait: { key: [role, String(number)], rev: '1', record } };
      });
      blocked.set(role, waits);
    }
    return blocked;
  });

/** Whether a wait has a need that cannot be fulfilled without a set of roles. */
function cannotEnd({ needs }: Blocked, set: readonly string[]): boolean {
  return needs.some(({ wants, needed }) => wants.filter(({ producer }) => !set.includes(producer)).length < needed);
}

/** Every set of roles of which each has in all its waits a need that the others alone cannot fulfil; all of them together, by trying each. */
function stuckByTrial(blocked: BlockedRoles): ReadonlySet<string> {
  const union = new Set<string>();
  for (let mask = 1; mask < 2 ** names.length; mask += 1) {
    const set = names.filter((_, index) => (mask & (1 << index)) !== 0);
    const isStuck = set.every((role) => blocked.get(role)?.every((wait) => cannotEnd(wait, set)));
    if (isStuck) for (const role of set) union.add(role);
  }
  return union;
}

describe('the wait-for graph', () => {
  it('holds those roles for stuck that a trial of every set of them finds', () => {
    fc.assert(
      fc.property(graphs, (blocked) => {
        expect([...deadlockedRoles(blocked)].sort()).toEqual([...stuckByTrial(blocked)].sort());
      }),
    );
  });

  it('has a circle where somebody is stuck, each of whose edges is one of what its role needs and cannot get', () => {
    fc.assert(
      fc.property(graphs, (blocked) => {
        const stuck = deadlockedRoles(blocked);
        const found = findDeadlocks(blocked, stuck);
        expect(found.length > 0).toBe(stuck.size > 0);
        for (const { cycle, wait } of found) {
          expect(cycle[0]?.blocked.wait).toBe(wait);
          for (const [index, { blocked: one, want }] of cycle.entries()) {
            const need = one.needs.find(({ wants }) => wants.includes(want));
            const able = need?.wants.filter(({ producer }) => !stuck.has(producer)).length ?? 0;
            expect(able).toBeLessThan(need?.needed ?? 0);
            expect(want.producer).toBe(cycle[(index + 1) % cycle.length]?.blocked.role);
          }
        }
      }),
    );
  });

  it('proves a circle by what is enough: whoever is in the proof cannot go on without somebody else of it', () => {
    fc.assert(
      fc.property(graphs, (blocked) => {
        const stuck = deadlockedRoles(blocked);
        for (const { cycle } of findDeadlocks(blocked, stuck)) {
          const proof = evidenceOf(cycle, blocked, stuck);
          const roles = new Set(proof.blocked.map(({ role }) => role));
          const proven = new Map([...roles].map((role) => [role, proof.blocked.filter((one) => one.role === role)]));
          for (const { blocked: one } of cycle) expect(proof.blocked).toContain(one);
          for (const role of roles) expect(proven.get(role)).toEqual(blocked.get(role));
          expect([...deadlockedRoles(proven)].sort()).toEqual([...proven.keys()].sort());
          const known = new Set(proof.wants.map(({ producer, output }) => `${producer} ${output}`));
          for (const { needs } of proof.blocked) {
            const isProven = needs.some(({ wants, needed }) => {
              const impossible = wants.filter(
                ({ producer, output }) => known.has(`${producer} ${output}`) && proven.has(producer),
              );
              return wants.length - impossible.length < needed;
            });
            expect(isProven).toBe(true);
          }
        }
      }),
    );
  });

  it('spares roles that something will happen to anyway, and who waits for them', () => {
    const on = (producer: string): Need => ({ wants: [{ producer, output: undefined }], needed: 1, id: producer });
    const blocked = new Map(
      [
        ['a.r', 'b.r'],
        ['b.r', 'a.r'],
        ['c.r', 'a.r'],
      ].map(([role = '', producer = '']) => [role, [{ role, needs: [on(producer)], wait: undefined }]]),
    );
    expect(deadlockedRoles(blocked).size).toBe(3);
    expect(deadlockedRoles(blocked, new Set(['b.r'])).size).toBe(0);
  });
});
