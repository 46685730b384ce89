import { describe, expect, it } from 'vitest';
import { compiled, faults, nodes } from './deployment.ts';

const tail = 'this ends well if each writes what the others need before it reads';
const strictTail =
  'wait for one another, partly by "after" or by the order of roles on a node: a role that has not started writes nothing, so this can end in a deadlock';

describe('a cycle of "after" is refused', () => {
  it.each<[string, string[], string[]]>([
    [
      'between two roles',
      [
        'a: { roles: [{ name: r, command: x, after: [b.s] }] }',
        'b: { roles: [{ name: s, command: x, after: [a.r] }] }',
      ],
      ['heddle.yaml:4: these roles can never start: a.r waits for b.s, which waits for a.r'],
    ],
    [
      'over three roles',
      [
        'a: { roles: [{ name: r, command: x, after: [b.r] }] }',
        'b: { roles: [{ name: r, command: x, after: [c.r] }] }',
        'c: { roles: [{ name: r, command: x, after: [a.r] }] }',
      ],
      ['heddle.yaml:4: these roles can never start: a.r waits for b.r, which waits for c.r, which waits for a.r'],
    ],
    [
      'closed by the order of roles',
      [
        'a: { roles: [{ name: one, command: x, after: [b.two] }, { name: two, command: x }] }',
        'b: { roles: [{ name: one, command: x, after: [a.two] }, { name: two, command: x }] }',
      ],
      [
        'heddle.yaml:4: these roles can never start: a.one waits for b.two, which waits for b.one, which waits for a.two, which waits for a.one',
      ],
    ],
    [
      'through a group',
      [
        'a: { roles: [{ name: r, command: x, after: [web.r] }] }',
        'web: { count: 2, roles: [{ name: r, command: x, after: [a.r] }] }',
      ],
      ['heddle.yaml:4: these roles can never start: a.r waits for web-0.r, which waits for a.r'],
    ],
    [
      'twice',
      [
        'a: { roles: [{ name: r, command: x, after: [b.r] }] }',
        'b: { roles: [{ name: r, command: x, after: [a.r] }] }',
        'c: { roles: [{ name: r, command: x, after: [d.r] }] }',
        'd: { roles: [{ name: r, command: x, after: [c.r] }] }',
      ],
      [
        'heddle.yaml:4: these roles can never start: a.r waits for b.r, which waits for a.r',
        'heddle.yaml:6: these roles can never start: c.r waits for d.r, which waits for c.r',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(faults(nodes(...text))).toEqual(expected);
  });

  it('but a chain is not a cycle', () => {
    const plan = compiled(
      nodes(
        'a: { roles: [{ name: r, command: x, after: [b.r, c.r] }] }',
        'b: { roles: [{ name: r, command: x, after: [c.r] }] }',
        'c: { roles: [{ name: r, command: x }] }',
      ),
    );
    expect(plan.warnings).toEqual([]);
  });

  it('and members may start one after the other', () => {
    const plan = compiled(
      nodes(
        'web: { count: 2, roles: [{ name: r, command: x }] }',
        'ops: { roles: [{ name: a, command: x, after: ["web[0].r"] }, { name: b, command: x, after: ["web[1].r"] }] }',
      ),
    );
    expect(plan.warnings).toEqual([]);
  });
});

describe('a cycle of inputs is only a warning', () => {
  const role = (name: string, reads: string, more = '') =>
    `${name}: { roles: [{ name: r, command: x, inputs: { k: "${reads}" }, outputs: { o: o }${more} }] }`;

  it.each<[string, string[], string[]]>([
    [
      'of two roles that read each other',
      [role('a', '${b.o}'), role('b', '${a.o}')],
      [`heddle.yaml:4: a.r and b.r read outputs of one another: ${tail}`],
    ],
    [
      'of three roles in a ring',
      [role('a', '${b.o}'), role('b', '${c.o}'), role('c', '${a.o}')],
      [`heddle.yaml:4: a.r, b.r and c.r read outputs of one another: ${tail}`],
    ],
    [
      'of a group that reads all its members',
      ['web: { count: 3, roles: [{ name: r, command: x, inputs: { k: "${web[*].o}" }, outputs: { o: o } }] }'],
      [`heddle.yaml:4: the members of web.r read outputs of one another: ${tail}`],
    ],
    [
      'of a group and a node',
      [
        'web: { count: 3, roles: [{ name: r, command: x, inputs: { k: "${a.o}" }, outputs: { o: o } }] }',
        role('a', '${web[*].o}'),
      ],
      [`heddle.yaml:4: web.r and a.r read outputs of one another: ${tail}`],
    ],
    [
      'that "after" takes part in',
      [role('a', '${b.o}'), role('b', 'x', ', after: [a.r]')],
      [`heddle.yaml:4: a.r and b.r ${strictTail}`],
    ],
    [
      'that the order of roles takes part in',
      [
        'a: { roles: [{ name: one, command: x, inputs: { k: "${b.p}" } }, { name: two, command: x, outputs: { o: o } }] }',
        'b: { roles: [{ name: s, command: x, inputs: { k: "${a.o}" }, outputs: { p: p } }] }',
      ],
      [`heddle.yaml:4: a.one, a.two and b.s ${strictTail}`],
    ],
  ])('%s', (_, text, expected) => {
    expect(compiled(nodes(...text)).warnings).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['a chain', [role('a', '${b.o}'), role('b', '${c.o}'), role('c', 'x')]],
    [
      'an input that fails instead of waiting',
      [
        'a: { roles: [{ name: r, command: x, inputs: { k: { $value: "${b.o}", missing: fail } }, outputs: { o: o } }] }',
        role('b', '${a.o}'),
      ],
    ],
    ['a role that reads itself', [role('a', '${a.o}')]],
    [
      'a group of one that gathers itself',
      ['web: { count: 1, roles: [{ name: r, command: x, inputs: { k: "${web[*].o}" }, outputs: { o: o } }] }'],
    ],
    [
      'a role that reads an earlier one on its node',
      [
        'a: { roles: [{ name: one, command: x, outputs: { o: o } }, { name: two, command: x, inputs: { k: "${a.o}" } }] }',
      ],
    ],
  ])('which %s is not', (_, text) => {
    expect(compiled(nodes(...text)).warnings).toEqual([]);
  });
});
