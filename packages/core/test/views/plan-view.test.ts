import { type Expression, type PlanNode, type PlanRole, planView } from '@heddle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../runtime/fixture.ts';

/** Waves in short: the roles of each, `*` for those that start with their agent's first role. */
function wavesOf(nodes: readonly PlanNode[]) {
  return planView(nodes, { deployment: 'test' }).waves.map(({ roles }) =>
    roles.map(({ id, starts }) => `${id} ${starts}`),
  );
}

const shop = planOf({
  db: {
    roles: [
      { name: 'disk', outputs: { mount: 'mount' } },
      { name: 'mysql', outputs: { port: 'port', socket: 'socket' } },
    ],
  },
  web: { count: 3, roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
  lb: { roles: [{ name: 'proxy', inputs: { ips: '${web[*].ip}' } }] },
  ops: { roles: [{ name: 'smoke', after: ['lb.proxy'] }] },
});

describe('the waves of a plan', () => {
  it('say when a role can end, and from when on it runs', () => {
    expect(wavesOf(shop.nodes)).toEqual([
      ['db.disk 1'],
      ['db.mysql 2'],
      ['web[*].app 1'],
      ['lb.proxy 1'],
      ['ops.smoke 5'],
    ]);
  });

  it('keep roles that read values of one another side by side, and those that read theirs behind', () => {
    const { nodes } = planOf({
      a: { roles: [{ name: 'x', inputs: { y: '${b[*].y}' }, outputs: { x: 'x' } }] },
      b: { count: 2, roles: [{ name: 'y', inputs: { x: '${a.x}', all: '${b[*].y}' }, outputs: { y: 'y' } }] },
      c: { roles: [{ name: 'z', inputs: { y: '${b[*].y}' } }] },
    });
    expect(wavesOf(nodes)).toEqual([['a.x 1', 'b[*].y 1'], ['c.z 1']]);
    expect(planView(nodes, { deployment: 'test' }).cycles).toEqual([['a.x', 'b-0.y', 'b-1.y']]);
  });

  it('tell members of a group that differ one from another', () => {
    const { nodes } = planOf({
      web: { count: 3, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
      lb: { roles: [{ name: 'proxy', inputs: { ip: '${web[0].ip}' } }] },
    });
    const waiting = nodes.map((node): PlanNode => {
      return node.name === 'web-2'
        ? { ...node, roles: node.roles.map((role) => ({ ...role, after: [{ node: 'web-0', role: 'app' }] })) }
        : node;
    });
    expect(planView(waiting, { deployment: 'test' }).waves).toMatchObject([
      { wave: 1, roles: [{ nodes: ['web-0', 'web-1'] }] },
      { wave: 2, roles: [{ id: 'web-2.app', starts: 2 }, { id: 'lb.proxy' }] },
    ]);
  });
});

describe('what agents tell of their machines at their start', () => {
  const { nodes } = planOf({
    db: { roles: [{ name: 'tool_facts', outputs: { facts: 'facts' } }, { name: 'site' }] },
    web: { count: 2, roles: [{ name: 'site', inputs: { facts: '${db.facts}' } }] },
  });
  const told = nodes.map((node): PlanNode => {
    return { ...node, roles: node.roles.map((role) => (role.name === 'site' ? role : { ...role, atStart: true })) };
  });

  it('is in wave 0, no step that counts, and none of the roles', () => {
    expect(planView(told, { deployment: 'test' })).toMatchObject({
      roles: 3,
      waves: [
        { wave: 0, roles: [{ id: 'db.tool_facts' }] },
        { wave: 1, roles: [{ id: 'db.site' }, { id: 'web[*].site' }] },
      ],
      criticalPath: { length: 1, steps: [{ node: 'db', role: 'site' }] },
    });
  });
});

describe('the critical path of a plan', () => {
  it('is counted in roles, and says why each step follows the one before', () => {
    expect(planView(shop.nodes, { deployment: 'test' }).criticalPath).toEqual({
      unit: 'roles',
      length: 5,
      unknown: [],
      steps: [
        { node: 'db', role: 'disk', length: 1 },
        { node: 'db', role: 'mysql', length: 1, because: 'order' },
        { node: 'web-0', role: 'app', length: 1, because: 'input', output: 'port' },
        { node: 'lb', role: 'proxy', length: 1, because: 'input', output: 'ip' },
        { node: 'ops', role: 'smoke', length: 1, because: 'after' },
      ],
    });
  });

  it('goes through the slowest member where durations are known, and names the roles without one', () => {
    const workMs = new Map([
      ['web-0.app', 10],
      ['web-1.app', 700],
      ['web-2.app', 20],
      ['lb.proxy', 5],
      ['ops.smoke', 1],
    ]);
    const { criticalPath } = planView(shop.nodes, { deployment: 'test', workMs });
    expect(criticalPath).toMatchObject({ unit: 'ms', length: 706, unknown: ['db.disk', 'db.mysql'] });
    expect(criticalPath.steps.map(({ node, length }) => `${node} ${length}`)).toEqual([
      'db 0',
      'db 0',
      'web-1 700',
      'lb 5',
      'ops 1',
    ]);
  });
});

it('lists the declared outputs that no input reads, of a group once', () => {
  const { nodes } = planOf({
    db: { roles: [{ name: 'mysql', outputs: { port: 'port', socket: 'socket' } }] },
    web: { count: 2, roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip', url: 'url' } }] },
    lb: { roles: [{ name: 'proxy', inputs: { ip: '${web[0].ip}' } }] },
  });
  expect(planView(nodes, { deployment: 'test' }).unread).toEqual(['db.socket', 'web[*].url']);
});

/** A declaration: how many members, and for each role what it reads and runs after, as places of other declarations. */
interface Declared {
  readonly count: number | null;
  readonly roles: readonly { readonly reads: readonly number[]; readonly after: readonly number[] }[];
}

const declarations = fc.array(
  fc.record({
    count: fc.option(fc.integer({ min: 1, max: 4 })),
    roles: fc.array(
      fc.record({ reads: fc.array(fc.nat(40), { maxLength: 3 }), after: fc.array(fc.nat(40), { maxLength: 2 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  }),
  { minLength: 1, maxLength: 8 },
);

interface Place {
  readonly node: string;
  readonly count: number | null;
  readonly role: number;
}

const nowhere: Place = { node: 'nowhere', count: null, role: 0 };

/** Make a plan: a role reads any role, whose output has its name, and runs after roles that stand before it. */
function planNodes(declared: readonly Declared[]): readonly PlanNode[] {
  const places = declared.flatMap(({ count, roles }, number) =>
    roles.map((_, role): Place => ({ node: `n${number}`, count, role })),
  );
  let seen = 0;
  return declared.flatMap(({ count, roles }, number): readonly PlanNode[] => {
    const first = seen;
    seen += roles.length;
    const made = roles.map(({ reads, after }, index): PlanRole => {
      const before = first + index;
      return {
        name: `r${index}`,
        adapter: 'command',
        options: { kind: 'constant', value: {} },
        inputs: reads.map((pick, place) => ({
          path: [`i${place}`],
          expression: readOf(places[pick % places.length]),
          deadlineMs: 1,
          missing: 'wait',
          sensitive: false,
        })),
        outputs: [{ name: `o${index}`, path: ['o'], sensitive: false, publish: 'settled' }],
        after: before === 0 ? [] : after.flatMap((pick) => refsOf(places[pick % before])),
        deadlineMs: 1,
        concurrent: false,
      };
    });
    const name = `n${number}`;
    if (count === null) return [{ name, group: null, index: 0, roles: made }];
    return Array.from({ length: count }, (_, index) => ({ name: `${name}-${index}`, group: name, index, roles: made }));
  });
}

function readOf({ node, count, role } = nowhere): Expression {
  if (count === null) return { kind: 'reference', node, output: `o${role}`, segments: [] };
  return { kind: 'gather', group: node, count, output: `o${role}`, segments: [], as: 'list' };
}

function refsOf({ node, count, role } = nowhere) {
  if (count === null) return [{ node, role: `r${role}` }];
  return Array.from({ length: count }, (_, index) => ({ node: `${node}-${index}`, role: `r${role}` }));
}

/** All edges of a plan, member by member, and who comes before whom at last: written out, where the view shares and is linear. */
function writtenOut(nodes: readonly PlanNode[]) {
  const strict: [string, string][] = [];
  const reads: [string, string][] = [];
  for (const { name, roles } of nodes) {
    for (const [place, role] of roles.entries()) {
      const to = `${name}.${role.name}`;
      if (place > 0) strict.push([`${name}.${roles[place - 1]?.name}`, to]);
      for (const ref of role.after) strict.push([`${ref.node}.${ref.role}`, to]);
      for (const { expression } of role.inputs) {
        const members =
          expression.kind === 'gather'
            ? Array.from({ length: expression.count }, (_, index) => `${expression.group}-${index}`)
            : [expression.kind === 'reference' ? expression.node : ''];
        const output = (expression as { output: string }).output;
        for (const member of members) reads.push([`${member}.${output.replace('o', 'r')}`, to]);
      }
    }
  }
  const later = new Map<string, Set<string>>();
  for (const [from, to] of [...strict, ...reads]) later.set(from, (later.get(from) ?? new Set()).add(to));
  const reach = (from: string): ReadonlySet<string> => {
    const found = new Set<string>();
    const open = [from];
    for (const name of open) {
      for (const next of later.get(name) ?? []) {
        if (!found.has(next)) open.push(next);
        found.add(next);
      }
    }
    return found;
  };
  const reached = new Map<string, ReadonlySet<string>>(
    nodes.flatMap(({ name, roles }) =>
      roles.map((role) => [`${name}.${role.name}`, reach(`${name}.${role.name}`)] as const),
    ),
  );
  const isInCycle = ([from, to]: readonly [string, string]) => from === to || reached.get(to)?.has(from) === true;
  return [...strict, ...reads.filter((edge) => !isInCycle(edge))];
}

describe('of any plan', () => {
  it('the waves are a layering: every role once, behind all that it needs, and right behind one of them', () => {
    fc.assert(
      fc.property(declarations, (declared) => {
        const nodes = planNodes(declared);
        const { waves, criticalPath, roles } = planView(nodes, { deployment: 'test' });
        const placed = waves.flatMap(({ wave, roles: found }) =>
          found.flatMap(({ nodes: names, role }) => names.map((node) => [`${node}.${role}`, wave] as const)),
        );
        const waveOf = new Map<string, number>(placed);
        expect(placed).toHaveLength(roles);
        expect(waveOf.size).toBe(nodes.reduce((sum, node) => sum + node.roles.length, 0));
        expect(waves.map(({ wave }) => wave)).toEqual(waves.map((_, index) => index + 1));
        const edges = writtenOut(nodes);
        const justBefore = new Set<string>();
        for (const [from, to] of edges) {
          const [before = 0, behind = 0] = [waveOf.get(from), waveOf.get(to)];
          expect(before, `${from} before ${to}`).toBeLessThan(behind);
          if (before === behind - 1) justBefore.add(to);
        }
        for (const [role, wave] of waveOf) expect(wave === 1 || justBefore.has(role), role).toBe(true);

        expect(criticalPath.length).toBe(waves.length);
        const names = criticalPath.steps.map(({ node, role }) => `${node}.${role}`);
        expect(names).toHaveLength(waves.length);
        const known = new Set(edges.map((edge) => edge.join(' ')));
        for (const [index, name] of names.entries()) {
          if (index > 0) expect(known.has(`${names[index - 1]} ${name}`), `${names[index - 1]} > ${name}`).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the path by durations is as long as its steps, and no shorter than any role', () => {
    fc.assert(
      fc.property(declarations, fc.array(fc.nat(100), { minLength: 1 }), (declared, durations) => {
        const nodes = planNodes(declared);
        const names = nodes.flatMap(({ name, roles }) => roles.map((role) => `${name}.${role.name}`));
        const workMs = new Map(names.map((name, index) => [name, durations[index % durations.length] ?? 0]));
        const { length, steps } = planView(nodes, { deployment: 'test', workMs }).criticalPath;
        expect(steps.reduce((sum, step) => sum + step.length, 0)).toBe(length);
        expect(length).toBeGreaterThanOrEqual(Math.max(...workMs.values()));
      }),
    );
  });

  it('ten thousand roles in one chain are laid out, and so is a group of five thousand that gathers from itself', () => {
    const chain = planNodes([
      { count: null, roles: [{ reads: [], after: [] }] },
      ...Array.from({ length: 9999 }, (_, index) => ({ count: null, roles: [{ reads: [index], after: [] }] })),
    ]);
    expect(planView(chain, { deployment: 'test' })).toMatchObject({ roles: 10_000, criticalPath: { length: 10_000 } });
    const exchange = planNodes([
      {
        count: 5000,
        roles: [
          { reads: [0], after: [] },
          { reads: [0], after: [] },
        ],
      },
    ]);
    expect(planView(exchange, { deployment: 'test' }).waves.map(({ roles }) => roles.map(({ id }) => id))).toEqual([
      ['n0[*].r0'],
      ['n0[*].r1'],
    ]);
  });
});
