import { expect, it } from 'vitest';
import { sliceFor } from '../../src/plan/slice.ts';
import { compiled, nodes } from './deployment.ts';

it('a thousand members that read each other compile to a plan that grows with the members, not with the pairs', () => {
  const sizeOf = (count: number) => {
    const plan = compiled(
      nodes(
        `web: { count: ${count}, roles: [{ name: a, command: x, inputs: { k: "\${web[*].ip}" }, outputs: { ip: ip } }, { name: b, command: x, inputs: { l: "\${web[*].ip}" } }] }`,
      ),
    );
    expect(plan.nodes).toHaveLength(count);
    expect(sliceFor(plan, `web-${count - 1}`).producers).toEqual({ 'web[*].ip': 'a' });
    return JSON.stringify(plan).length / count;
  };
  expect(sizeOf(1000)).toBeLessThan(sizeOf(10) * 1.1);
});

it('a barrier of a thousand members is one list', () => {
  const plan = compiled(
    nodes('web: { count: 1000, roles: [{ name: a, command: x }, { name: b, command: x, after: [web.a] }] }'),
  );
  const after = plan.nodes.map(({ roles }) => roles[1]?.after);
  expect(after[0]).toHaveLength(1000);
  expect(new Set(after).size).toBe(1);
});

it('a chain of five thousand roles is followed without a stack overflow', () => {
  const roles = Array.from({ length: 5000 }, (_, index) => `    - { name: r${index}, command: x }`);
  const plan = compiled(nodes('db:', '  roles:', ...roles));
  expect(plan.nodes[0]?.roles).toHaveLength(5000);
});
