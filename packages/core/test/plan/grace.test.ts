import { expect, it } from 'vitest';
import { sliceFor } from '../../src/plan/slice.ts';
import { compiled, faults, lines } from './deployment.ts';

const nodes = 'nodes: { db: { roles: [{ name: mysql, command: x }] } }';
const file = (grace: string) => lines('heddle: 1', 'deployment: shop', `grace: ${grace}`, nodes);

it('the grace period of the file is in the plan and in every slice of it', () => {
  const plan = compiled(file('90s'));
  expect(plan.graceMs).toBe(90_000);
  expect(sliceFor(plan, 'db').graceMs).toBe(90_000);
});

it('a plan of a file that says nothing leaves it to the one who judges', () => {
  expect(compiled(lines('heddle: 1', 'deployment: shop', nodes))).not.toHaveProperty('graceMs');
});

it.each([
  ['soon', 'the grace period "soon" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
  ['0s', 'the grace period "0s" is no time at all: no agent could ever be back in it'],
  ['60', '"grace" must be a string, is a number; with its unit it reads "60s"'],
])('a grace period %s is refused', (grace, problem) => {
  expect(faults(file(grace))).toEqual([`heddle.yaml:3: ${problem}`]);
});
