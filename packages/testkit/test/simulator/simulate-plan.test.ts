import { compile, isEnded, memberName, type Plan, references } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { createRandom, pickOne } from '../../src/random.ts';
import { growPlan } from '../../src/simulator/deployment/grow-plan.ts';
import { type Accident, type CriticalLink, type OutputMoment, simulatePlan } from '../../src/simulator/index.ts';

function planOf(nodes: string): Plan {
  return compile(`heddle: 1\ndeployment: sim\nnodes:\n${nodes}`, { file: 'heddle.yaml', directory: '/' });
}

/** How long a message may take, times the messages between two steps: all else is the model's. */
const slackMs = 500;

/** Roles that read only what stands before them: no order of reads and writes makes them wait for each other. */
function randomPlan(random: () => number): Plan {
  const outputs: string[] = [];
  const lines: string[] = [];
  const one = () => `"\${${pickOne(outputs, random)}}"`;
  for (let node = 0; node < 6; node += 1) {
    const isGroup = random() < 0.3;
    lines.push(`  n${node}:`, ...(isGroup ? ['    count: 3'] : []), '    roles:');
    const roles = random() < 0.3 ? 2 : 1;
    for (let role = 0; role < roles; role += 1) {
      const inputs = outputs.length === 0 ? 0 : Math.floor(random() * 4);
      const reads = Array.from({ length: inputs }, (_, input) => `i${input}: [${[one(), one()].join()}]`);
      lines.push(`      - { name: r${role}, command: [x], inputs: { ${reads.join(', ')} }, outputs: { o${role}: o } }`);
    }
    for (let role = 0; role < roles; role += 1) outputs.push(isGroup ? `n${node}[*].o${role}` : `n${node}.o${role}`);
  }
  return planOf(lines.join('\n'));
}

/** The moment at which the last role ends, computed without Heddle: a role reads between equal parts of its work. */
function lastEndMs(plan: Plan, workMs: number, outputs: OutputMoment): number {
  const writtenMs = new Map<string, number>();
  let lastMs = 0;
  for (const { name, roles } of plan.nodes) {
    let nowMs = 0;
    for (const role of roles) {
      const reads = role.inputs.map(({ expression }) => references(expression));
      const partMs = workMs / (reads.length + 1);
      nowMs += partMs;
      const earlyMs = nowMs;
      for (const needs of reads) {
        const values = needs.flatMap((need) =>
          need.kind === 'output'
            ? [`${need.node}.${need.output}`]
            : Array.from({ length: need.count }, (_, index) => `${memberName(need.group, index)}.${need.output}`),
        );
        nowMs = Math.max(nowMs, ...values.map((value) => writtenMs.get(value) ?? Number.NaN)) + partMs;
      }
      for (const output of role.outputs) writtenMs.set(`${name}.${output.name}`, outputs === 'early' ? earlyMs : nowMs);
    }
    lastMs = Math.max(lastMs, nowMs);
  }
  return lastMs;
}

function randomAccidents({ nodes }: Plan, random: () => number): Accident[] {
  const moment = () => Math.floor(60_000 * random());
  const accidents = Array.from({ length: Math.floor(3 * random()) }, (): Accident[] => {
    const { name: node } = pickOne(nodes, random);
    const atMs = moment();
    const kill: Accident = { kind: 'kill', node, atMs };
    return random() < 0.5 ? [kill, { kind: 'restart', node, atMs: atMs + 1 + moment() }] : [kill];
  }).flat();
  const atMs = moment();
  return random() < 0.4 ? [...accidents, { kind: 'store-down', atMs, untilMs: atMs + 1 + 3 * moment() }] : accidents;
}

function gapsMs(path: readonly CriticalLink[]): number[] {
  return path.map(({ fromMs }, index) => fromMs - (path[index - 1]?.toMs ?? 0));
}

describe('a simulated plan', () => {
  it('ends when its longest chain of work and waits ends, and its critical path is that chain without a gap', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const plan = randomPlan(createRandom(seed).random);
      for (const outputs of ['early', 'late'] as const) {
        const simulation = await simulatePlan({
          plan,
          seed,
          model: () => ({ outputs, durationMs: () => 60_000, failsAfterMs: () => undefined }),
        });
        const name = `seed ${seed}, ${outputs}`;
        expect(simulation.faults, name).toEqual([]);
        expect(
          simulation.roles.filter(({ state }) => state !== 'done'),
          name,
        ).toEqual([]);
        expect(Math.abs(simulation.endMs - lastEndMs(plan, 60_000, outputs)), name).toBeLessThan(10 * slackMs);
        const { criticalPath } = simulation;
        expect(criticalPath[0]?.cause, name).toBe('start');
        expect(criticalPath.at(-1)?.toMs, name).toBe(simulation.endMs);
        for (const gapMs of gapsMs(criticalPath)) {
          expect(gapMs, name).toBeGreaterThanOrEqual(0);
          expect(gapMs, name).toBeLessThan(slackMs);
        }
      }
    }
  });

  it('comes to an end, and explains it without a gap, whatever happens to its machines and the store', async () => {
    const causes = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const { random } = createRandom(1000 + seed);
      const plan = randomPlan(random);
      const accidents = randomAccidents(plan, random);
      const failing = random() < 0.3 ? pickOne(plan.nodes, random).name : undefined;
      const simulation = await simulatePlan({
        plan,
        seed,
        accidents,
        model: (chance) => ({
          outputs: 'late',
          durationMs: () => 5000 + 30_000 * chance(),
          failsAfterMs: ({ name }, _role, durationMs) => (name === failing ? durationMs / 2 : undefined),
        }),
      });
      const name = `seed ${seed}`;
      expect(simulation.faults, name).toEqual([]);
      expect(
        simulation.roles.filter(({ state }) => !isEnded(state)),
        name,
      ).toEqual([]);
      expect(simulation.criticalPath.at(-1)?.toMs, name).toBe(simulation.endMs);
      for (const { cause } of simulation.criticalPath) causes.add(cause);
      for (const gapMs of gapsMs(simulation.criticalPath).slice(1)) {
        expect(gapMs, name).toBeGreaterThanOrEqual(0);
        expect(gapMs, name).toBeLessThan(slackMs);
      }
    }
    expect([...causes].sort((a, b) => a.localeCompare(b))).toEqual([
      'failure',
      'lost',
      'order',
      'start',
      'store',
      'value',
    ]);
  });

  it('waits for no more members than are enough', async () => {
    const plan = planOf(`
  web: { count: 3, roles: [{ name: app, command: [x], outputs: { ip: ip } }] }
  lb: { roles: [{ name: proxy, command: [x], inputs: { ips: { $gather: web.ip, atLeast: 2 } } }] }`);
    const durations: Record<string, number> = { 'web-0': 10_000, 'web-1': 30_000, 'web-2': 90_000, lb: 2000 };
    const { criticalPath, longestWaits } = await simulatePlan({
      plan,
      seed: 1,
      model: () => ({
        outputs: 'early',
        durationMs: ({ name }) => durations[name] ?? 0,
        failsAfterMs: () => undefined,
      }),
    });
    expect(longestWaits).toMatchObject([{ node: 'lb', input: 'ips', for: 'web-1.ip', count: 1, isFailed: false }]);
    expect(Math.round((longestWaits[0]?.waitedMs ?? 0) / 1000)).toBe(29);
    expect(criticalPath).toMatchObject([{ node: 'web-2', cause: 'start' }]);
  });
});

describe('growing a plan', () => {
  const plan = planOf(`
  web: { count: 2, roles: [{ name: app, command: [x], inputs: { text: "\${db.host}:\${web[1].ip}" }, outputs: { ip: ip } }] }
  db: { roles: [{ name: mysql, command: [x], inputs: { all: "\${web[*].ip}", some: { $gather: web.ip, atLeast: 2 } }, outputs: { host: host } }] }
  lb: { roles: [{ name: proxy, command: [x], after: [web.app] }, { name: check, command: [x], after: ["web[1].app"] }] }`);
  const grown = growPlan(plan, new Map([['web', 4]]));
  const roleOf = (node: string, role: string) =>
    grown.nodes.find(({ name }) => name === node)?.roles.find(({ name }) => name === role);

  it('adds members behind the last one, alike to it', () => {
    expect(grown.nodes.map(({ name, index }) => [name, index])).toEqual([
      ['web-0', 0],
      ['web-1', 1],
      ['web-2', 2],
      ['web-3', 3],
      ['db', 0],
      ['lb', 0],
    ]);
    expect(grown.groups).toEqual({ web: 4 });
    expect(roleOf('web-3', 'app')).toEqual(roleOf('web-2', 'app'));
    expect(roleOf('web-3', 'app')?.outputs).toEqual(roleOf('web-0', 'app')?.outputs);
  });

  it('lets those that gather, or run after all members, do so of the new ones too, and leaves single members alone', () => {
    const needs = roleOf('db', 'mysql')?.inputs.flatMap(({ expression }) => references(expression));
    expect(needs).toMatchObject([
      { kind: 'gather', count: 4 },
      { kind: 'gather', count: 4, atLeast: 2 },
    ]);
    expect(roleOf('web-2', 'app')?.inputs.flatMap(({ expression }) => references(expression))).toEqual([
      { kind: 'output', node: 'db', output: 'host' },
      { kind: 'output', node: 'web-1', output: 'ip' },
    ]);
    expect(roleOf('lb', 'proxy')?.after.map(({ node }) => node)).toEqual(['web-0', 'web-1', 'web-2', 'web-3']);
    expect(roleOf('lb', 'check')?.after.map(({ node }) => node)).toEqual(['web-1']);
  });
});
