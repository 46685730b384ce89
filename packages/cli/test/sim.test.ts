import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SimulationView } from '../src/views/simulation.ts';
import { Workspace } from './support/workspace.ts';

/** The database needs nobody; each web node reads it in the middle of its work; the balancer runs after all web nodes. */
const chain = `heddle: 1
deployment: chain
nodes:
  db:
    roles:
      - { name: mysql, command: [./none.sh], outputs: { host: host } }
  web:
    count: 2
    roles:
      - { name: app, command: [./none.sh], inputs: { db.host: "\${db.host}" }, outputs: { ip: ip } }
  lb:
    roles:
      - { name: proxy, command: [./none.sh], after: [web.app] }
`;

/** Both read each other. */
const crossed = `heddle: 1
deployment: crossed
nodes:
  a:
    roles: [{ name: left, command: [./none.sh], inputs: { other: "\${b.y}" }, outputs: { x: x } }]
  b:
    roles: [{ name: right, command: [./none.sh], inputs: { other: "\${a.x}" }, outputs: { y: y } }]
`;

const [shop, hosts] = ['shop', 'hosts'].map((name) =>
  resolve(import.meta.dirname, `../../../examples/${name}/heddle.yaml`),
) as [string, string];

async function simulate(
  file: string,
  ...words: string[]
): Promise<{ view: SimulationView; exitCode: number | undefined }> {
  const workspace = await Workspace.forTest({ 'heddle.yaml': file });
  const { exitCode, stdout, stderr } = await workspace.heddle('sim', '-o', 'json', ...words);
  expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('warning: '))).toEqual([]);
  return { view: JSON.parse(stdout) as SimulationView, exitCode };
}

/** Whole seconds: messages take a few milliseconds each. */
function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms / 1000);
}

describe('heddle sim', () => {
  test('finds the critical path and the longest waits that one finds by hand', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0');
    expect({ exitCode, says: view.exitCode, counts: view.counts, end: seconds(view.endMs) }).toEqual({
      exitCode: 0,
      says: 0,
      counts: { done: 4 },
      // The database writes at 10 s; the web nodes have worked 5 s by then and work 5 s more; the balancer works 10 s.
      end: 25,
    });
    const path = view.criticalPath.map(({ node, role, cause, fromMs, toMs, waitedMs }) => [
      node.replace(/\d$/, 'N'),
      role,
      cause,
      seconds(fromMs),
      seconds(toMs),
      seconds(waitedMs),
    ]);
    expect(path).toEqual([
      ['db', 'mysql', 'start', 0, 10, undefined],
      ['web-N', 'app', 'value', 10, 15, 5],
      ['lb', 'proxy', 'after', 15, 25, 15],
    ]);
    expect(view.criticalPath[1]).toMatchObject({ input: 'db.host', output: 'db.host' });
    const waits = view.longestWaits.map(({ node, input, for: awaited, waitedMs, count }) => [
      node.replace(/\d$/, 'N'),
      input,
      awaited?.replace(/\d/, 'N'),
      seconds(waitedMs),
      count,
    ]);
    expect(waits).toEqual([
      ['lb', undefined, 'web-N.app', 15, 1],
      ['web-N', 'db.host', 'db.host', 5, 2],
    ]);
  });

  test('lets roles work as long as the narrowest rule says', async () => {
    const rules = ['20s', 'app=4s', 'web.app=6s', 'web-1.app=8s'].flatMap((rule) => ['--duration', rule]);
    const { view } = await simulate(chain, '--spread', '0', ...rules);
    // The database works 20 s, the last web node half of its 8 s more, the balancer 20 s.
    expect(seconds(view.endMs)).toBe(44);
    expect(view.criticalPath[1]?.node).toBe('web-1');
    expect(view.assumptions.durations).toEqual([
      { ms: 20_000 },
      { where: 'app', ms: 4000 },
      { where: 'web.app', ms: 6000 },
      { where: 'web-1.app', ms: 8000 },
    ]);
  });

  test('fails all readers of a lost machine after its session and the grace period, and names the first cause once', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--count', 'web=30', '--kill', 'db@2s');
    expect({ exitCode, nodes: view.nodes, counts: view.counts }).toEqual({
      exitCode: 21,
      nodes: 32,
      counts: { lost: 1, failed: 31 },
    });
    expect(view.causes).toHaveLength(1);
    expect(view.causes[0]).toMatchObject({
      node: 'db',
      role: 'mysql',
      state: 'lost',
      error: { code: 'producer-lost', message: 'db role mysql is lost: its agent has been gone for 1m' },
      followed: 31,
    });
    // Killed at 2 s, a session of 10 s, a grace period of 60 s.
    const lost = view.criticalPath.find(({ cause }) => cause === 'lost');
    expect([seconds(lost?.fromMs), seconds(lost?.toMs), seconds(view.endMs)]).toEqual([2, 72, 72]);
    // The web nodes fail of the loss, one message away from it; the role that would run after theirs has failed with the first of them.
    expect(view.criticalPath.slice(0, 3).map(({ cause }) => cause)).toEqual(['start', 'lost', 'failure']);
  });

  test('takes up a node whose machine comes back before the grace period has passed', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--kill', 'db@2s', '--restart', 'db@30s');
    expect({ exitCode, counts: view.counts }).toEqual({ exitCode: 0, counts: { done: 4 } });
    // The database begins again at 30 s and writes at 40 s.
    expect(seconds(view.endMs)).toBe(55);
  });

  test('blames a machine that came back too late for those that failed meanwhile', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--kill', 'db@2s', '--restart', 'db@100s');
    expect({ exitCode, counts: view.counts, end: seconds(view.endMs) }).toEqual({
      exitCode: 21,
      counts: { done: 1, failed: 3 },
      end: 110,
    });
    const wait = view.longestWaits.find(({ role }) => role === 'app');
    expect([wait?.isFailed, wait?.for, seconds(wait?.waitedMs)]).toEqual([true, 'db.mysql', 67]);
    expect(view.causes.map(({ error, followers }) => [error?.message, followers])).toEqual([
      ['db role mysql: its node was lost', ['web-0.app', 'web-1.app', 'lb.proxy']],
    ]);
  });

  test('goes on with the default of an input whose producer failed, and says how long that took', async () => {
    const file = chain.replace('"${db.host}"', '{ $value: "${db.host}", missing: default, default: none }');
    const { view, exitCode } = await simulate(file, '--spread', '0', '--fail', 'db:mysql@8s');
    expect({ exitCode, counts: view.counts }).toEqual({ exitCode: 21, counts: { failed: 1, done: 3 } });
    // The web nodes read at 5 s, know at 8 s, and work 5 s more.
    expect(view.criticalPath.map(({ cause, fromMs, toMs }) => [cause, seconds(fromMs), seconds(toMs)])).toEqual([
      ['start', 0, 8],
      ['failure', 8, 13],
      ['after', 13, 23],
    ]);
  });

  test('says that nothing came of a loss when the node had ended', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--kill', 'db@12s');
    expect(exitCode).toBe(0);
    expect(view.accidents).toEqual([{ kind: 'kill', node: 'db', atMs: 12_000, hadEnded: true }]);
  });

  test('fails a role in the middle of its work, and those that need it', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--fail', 'db:mysql');
    expect({ exitCode, counts: view.counts, end: seconds(view.endMs) }).toEqual({
      exitCode: 21,
      counts: { failed: 4 },
      end: 5,
    });
    expect(view.causes.map(({ node, followers }) => [node, followers])).toEqual([
      ['db', ['web-0.app', 'web-1.app', 'lb.proxy']],
    ]);
  });

  test('ends a wait at its deadline, with the code of up', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--deadline', '3s', '--fail', 'lb:proxy@1s');
    expect(exitCode).toBe(20);
    expect(view.causes.map(({ node, alike, error }) => [node, alike, error?.code])).toEqual([
      ['web-0', 1, 'wait-timeout'],
      ['lb', 0, 'wait-timeout'],
    ]);
  });

  test('goes on when the store is back', async () => {
    const { view, exitCode } = await simulate(chain, '--spread', '0', '--store-down', '8s..40s');
    expect({ exitCode, counts: view.counts }).toEqual({ exitCode: 0, counts: { done: 4 } });
    // What was written while it was away is there at 40 s; then 5 s of a web node and 10 s of the balancer.
    expect([seconds(view.endMs), seconds(view.endWithoutOutageMs)]).toEqual([55, 25]);
    // The database writes at 10 s, and nobody takes it; its readers wait for it, and for the store.
    expect(
      view.criticalPath.map(({ role, cause, fromMs, toMs }) => [role, cause, seconds(fromMs), seconds(toMs)]),
    ).toEqual([
      ['mysql', 'start', 0, 10],
      ['mysql', 'store', 10, 40],
      ['app', 'value', 40, 45],
      ['proxy', 'after', 45, 55],
    ]);
    const waits = view.longestWaits.map(({ role, writes, held, waitedMs }) => [role, writes, held, seconds(waitedMs)]);
    expect(waits).toEqual([
      ['proxy', undefined, undefined, 45],
      ['app', undefined, 'store', 35],
      ['mysql', 'outputs', 'store', 30],
    ]);
  });

  test('says that only the end of a role was late when the store was away while it ended', async () => {
    const alone = `heddle: 1
deployment: alone
nodes:
  a: { roles: [{ name: one, command: [./none.sh] }] }
`;
    const { view } = await simulate(alone, '--spread', '0', '--store-down', '5s..40s');
    expect([seconds(view.endMs), seconds(view.endWithoutOutageMs)]).toEqual([40, 10]);
    expect(view.criticalPath.map(({ cause, fromMs, toMs }) => [cause, seconds(fromMs), seconds(toMs)])).toEqual([
      ['start', 0, 10],
      ['store', 10, 40],
    ]);
    expect(view.longestWaits).toMatchObject([{ role: 'one', writes: 'end', held: 'store', count: 1 }]);
  });

  test('prints for people what an outage of the store cost, and whom', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': chain });
    const { stdout } = await workspace.heddle('sim', '--spread', '0', '--store-down', '8s..40s');
    expect(stdout).toMatch(
      /\nall 4 roles ended well after 55[.\d]*s \(25[.\d]*s if the store were not away\); heddle up would/,
    );
    expect(stdout).toMatch(/\n10s +40[.\d]*s +db\.mysql +it waited 30[.\d]*s: the store was away *\n/);
    expect(stdout).toMatch(/\n30[.\d]*s +db\.mysql +\(its outputs\) +the store was away +- +1 *\n/);
    expect(stdout).toMatch(/\n35[.\d]*s +web-\d\.app +db\.host +db\.host \(the store was away\) +db\.mysql +2 *\n/);
    const calm = await workspace.heddle('sim', '--spread', '0');
    expect(calm.stdout).not.toContain('away');
  });

  test('says of a wait what held it up: a deadline, the store', async () => {
    const timeout = await simulate(chain, '--spread', '0', '--deadline', '3s', '--duration', 'lb.proxy=1s');
    const late = timeout.view.longestWaits.find(({ role }) => role === 'app');
    expect([late?.role, late?.input, late?.held, seconds(late?.waitedMs)]).toEqual(['app', 'db.host', 'deadline', 3]);

    const silent = chain.replace(', outputs: { ip: ip }', '');
    const away = await simulate(silent, '--spread', '0', '--duration', 'app=1m', '--store-down', '25s..70s');
    // The value is there from 10 s on; the web nodes ask for it at 30 s, and the store answers at 70 s.
    const [wait] = away.view.longestWaits.filter(({ role }) => role === 'app');
    expect([wait?.held, seconds(wait?.waitedMs), wait?.for]).toEqual(['store', 40, undefined]);
    expect(away.view.criticalPath.map(({ role, cause, fromMs }) => [role, cause, seconds(fromMs)])).toEqual([
      ['app', 'start', 0],
      ['app', 'store', 30],
      ['proxy', 'after', 100],
    ]);
  });

  test('says that the order of writes and reads decides, and what comes of the other order', async () => {
    const early = await simulate(crossed);
    expect(early.exitCode).toBe(0);
    expect(early.view.assumptions).toMatchObject({
      outputs: 'early',
      lateDeadlock: expect.stringMatching(
        /^[ab] role (left|right) .* in a deadlock: 2 roles wait for one another(, after [\d.]+s)?$/,
      ),
    });
    const late = await simulate(crossed, '--outputs', 'late');
    expect({ exitCode: late.exitCode, code: late.view.causes[0]?.error?.code }).toEqual({
      exitCode: 22,
      code: 'deadlock',
    });
    expect(late.view.criticalPath.map(({ cause }) => cause)).toContain('cycle');
    const alone = await simulate(chain);
    expect(alone.view.assumptions).not.toHaveProperty('lateDeadlock');
  });

  test('writes the same bytes for the same seed, and other ones for another', async () => {
    const workspace = await Workspace.forTest({});
    const words = ['sim', shop, '--nodes', '40', '--kill', 'web[3]@1s'];
    const run = async (seed: string) => (await workspace.heddle(...words, '--seed', seed)).stdout;
    const first = await run('7');
    expect(first).toContain('shop, simulated: 40 nodes, 40 roles, seed 7\n');
    expect(await run('7')).toBe(first);
    expect((await run('8')).split('\n').slice(1)).not.toEqual(first.split('\n').slice(1));
  });

  test('takes a compiled plan as well, and comes to the same', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': crossed });
    const plan = await workspace.heddle('compile', 'heddle.yaml', '-o', 'plan.json');
    expect(plan.exitCode).toBe(0);
    const words = ['--outputs', 'late', '-o', 'json'];
    const fromPlan = await workspace.heddle('sim', 'plan.json', ...words);
    expect(fromPlan).toEqual(await workspace.heddle('sim', 'heddle.yaml', ...words));
    expect(fromPlan.exitCode).toBe(22);
  });

  test('says how many roles may look up what no plan tells', async () => {
    const workspace = await Workspace.forTest({});
    const { stdout } = await workspace.heddle('sim', hosts);
    expect(stdout).toContain(
      '\n  not simulated: what 4 roles may look up by name, as with hostvars of Ansible or search of Chef\n',
    );
  });

  test('prints for people what was taken for granted, how all ended, and what took the time', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': chain });
    const { stdout } = await workspace.heddle('sim', '--spread', '0', '--fail', 'web[1]:app');
    const lines = stdout.split('\n').map((line) => line.trimEnd());
    expect(lines.slice(0, 8)).toEqual([
      'chain, simulated: 4 nodes, 4 roles, seed 1',
      '  taken for granted: a role works 10s, and reads its inputs in the order of the file, evenly over that time',
      '  taken for granted: a role writes its outputs before it first reads (--outputs early)',
      '',
      expect.stringMatching(/^2 of 4 roles ended well, 2 failed after 15s; heddle up would exit with 21$/),
      '',
      '[role-failed] web-1 role app failed: it is to fail in this simulation',
      '  1 more role failed for this: lb.proxy',
    ]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^10s +15s +web-0\.app +it waited 5\.?\d?s for db\.host \(input db\.host\)$/),
    );
  });

  test.each([
    [['--kill', 'dbb@1s'], '[not-found] --kill: deployment chain has no node dbb; did you mean "db"?'],
    [['--kill', 'web@1s'], '[usage] --kill web: web is a group of 2; write web[0] for one member'],
    [['--kill', 'web[2]@1s'], '[not-found] --kill: deployment chain has no node web-2; did you mean "web-0"?'],
    [['--restart', 'db@9s'], '[usage] --restart db: nothing kills db before'],
    [['--fail', 'db:msql'], '[not-found] --fail: db has no role msql; did you mean "mysql"?'],
    [['--duration', 'web.ap=1s'], '[not-found] --duration: web has no role ap; did you mean "app"?'],
    [['--count', 'wbe=9'], '[not-found] --count: deployment chain has no group wbe; did you mean "web"?'],
    [
      ['--count', 'web=1'],
      '[usage] --count web=1: the group has 2 members in the file, and a simulation only adds some',
    ],
    [['--nodes', '3'], '[usage] --nodes 3: the deployment has 4 nodes in the file, and a simulation only adds some'],
    [
      ['--nodes', '9', '--count', 'web=3'],
      '[usage] --nodes and --count both say how many members groups have: give one of them',
    ],
  ])('refuses %j', async (words, message) => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': chain });
    const { exitCode, stdout, stderr } = await workspace.heddle('sim', ...words);
    expect({ exitCode, stdout, first: stderr.split('\n')[0] }).toEqual({
      exitCode: 2,
      stdout: '',
      first: `heddle: ${message}`,
    });
  });

  test.each([
    [
      ['--kill', 'db@30'],
      `option '--kill <node@time>' argument 'db@30' is invalid. "30" has no unit; did you mean "30s"?`,
    ],
    [['--kill', 'db'], `option '--kill <node@time>' argument 'db' is invalid. Write NODE@TIME: db@30s, web[2]@1m`],
    [
      ['--store-down', '9s..3s'],
      `option '--store-down <from..to>' argument '9s..3s' is invalid. 3s is not later than 9s`,
    ],
    [
      ['--duration', 'app=fast'],
      `option '--duration <[role=]duration>' argument 'app=fast' is invalid. "fast" is no duration; write it like 250ms, 90s, 10m or 1h30m`,
    ],
    [['--nodes', 'many'], `option '--nodes <number>' argument 'many' is invalid. It is no whole number`],
  ])('tells where %j cannot be read', async (words, message) => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': chain });
    const { exitCode, stderr } = await workspace.heddle('sim', ...words);
    expect({ exitCode, first: stderr.split('\n')[0] }).toEqual({ exitCode: 2, first: `heddle: [usage] ${message}` });
  });
});
