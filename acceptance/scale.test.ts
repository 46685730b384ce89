import { describe, expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { parseStatus } from './support/read-status.ts';
import { SeededEpoch } from './support/seeded.ts';

const members = (count: number) => Array.from({ length: count }, (_, index) => `web-${index}`);
const addresses = (count: number) => members(count).map((_, index) => `10.0.0.${index}`);

/** Every member writes its address and a file with those of all; a role before that reads nothing of others. */
async function allToAll(count = 4): Promise<Deployment> {
  return Deployment.create({
    'base.sh': script('echo "$HEDDLE_NODE base" >> runs.txt', 'heddle set kind=plain'),
    'hosts.sh': script(
      'heddle set ip=10.0.0.${HEDDLE_NODE#web-}',
      'echo "$HEDDLE_NODE hosts" >> runs.txt',
      'heddle get peers > "hosts.$HEDDLE_NODE.new"',
      'mv "hosts.$HEDDLE_NODE.new" "hosts.$HEDDLE_NODE"',
    ),
    'hold.sh': script('read line < gate'),
    'heddle.yaml': fileOf(count),
  });
}

function fileOf(count: number): string {
  return `
heddle: 1
deployment: grow
nodes:
  web:
    count: ${count}
    roles:
      - { name: base, command: [./base.sh], outputs: { kind: kind } }
      - { name: hosts, command: [./hosts.sh], inputs: { peers: "\${web[*].ip}" }, outputs: { ip: ip } }
  holder:
    roles:
      - { name: hold, command: [./hold.sh] }
`;
}

async function expectGrown(deployment: Deployment, from: number, to: number): Promise<void> {
  for (const member of members(to))
    expect([member, JSON.parse(await deployment.read(`hosts.${member}`))]).toEqual([member, addresses(to)]);
  const runs = (await deployment.read('runs.txt')).trim().split('\n').sort();
  const again = members(from).map((member) => `${member} hosts`);
  const once = members(to).flatMap((member) => [`${member} base`, `${member} hosts`]);
  expect(runs).toEqual([...once, ...again].sort());
}

describe('a group that grows in its epoch', () => {
  it('gets its new member from the heddle up that runs, and those that gathered from it run again, no others', async () => {
    const deployment = await allToAll();
    const gate = await deployment.gate('gate');
    const up = deployment.start('up');
    for (const member of members(4)) await up.line(new RegExp(`${member} hosts +done`));
    const scale = await deployment.heddle('scale', 'web=5', '-o', 'json');
    expect(scale).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(scale.stdout)).toMatchObject({
      deployment: 'grow',
      epoch: '1',
      groups: { web: { from: 4, to: 5 } },
      added: ['web-4'],
      outdated: members(4).map((node) => ({ node, role: 'hosts' })),
      left: [],
      isUp: true,
      agents: [],
    });
    await gate.open();
    expect(await up.end()).toMatchObject({ exitCode: 0 });
    await expectGrown(deployment, 4, 5);
    const status = await deployment.heddle('status');
    expect(status.stdout).toContain('scaled in this epoch: web=5');
  });

  it('is what heddle up --resume goes on with, from a file with a larger count or from what was scaled', async () => {
    const deployment = await allToAll(2);
    const gate = await deployment.gate('gate');
    const first = deployment.start('up');
    await gate.open();
    expect(await first.end()).toMatchObject({ exitCode: 0 });
    await deployment.write('heddle.yaml', fileOf(3));
    expect(await deployment.heddle('up', '--resume')).toMatchObject({ exitCode: 0 });
    await expectGrown(deployment, 2, 3);

    const scale = await deployment.heddle('scale', 'web=4');
    expect(scale.stdout).toContain('deployment grow, epoch 1: web has 4 members, had 3');
    expect(scale.stdout).toContain('outdated: web-0 role hosts, web-1 role hosts, web-2 role hosts');
    expect(scale.stderr).toContain('note: nobody runs web-0, web-1, web-2 now');
    const outdated = parseStatus(await deployment.heddle('status', '-o', 'json')).roles.filter(
      (role) => role.outdated.length > 0,
    );
    expect(outdated.map(({ node, role }) => `${node} ${role}`)).toEqual(members(3).map((node) => `${node} hosts`));
    const again = await deployment.heddle('up', '--resume');
    expect(again.stdout).toContain('heddle: group web has 4 members, as it was scaled in this epoch; the file says 3');
    expect(again.exitCode).toBe(0);
    for (const member of members(4)) expect(JSON.parse(await deployment.read(`hosts.${member}`))).toEqual(addresses(4));
  });

  it('is joined by an agent on a machine of its own, and the agents that are started again run what gathered from it', async () => {
    const deployment = await allToAll();
    const gate = await deployment.gate('gate');
    const epoch = await SeededEpoch.start(deployment);
    const holder = epoch.agent('holder');
    const before = members(4).map((member) => epoch.agent(member));
    for (const agent of before) expect(await agent.end()).toMatchObject({ exitCode: 0 });
    const scale = await epoch.run('scale', 'web=5', '-o', 'json');
    expect(scale.stderr).toContain('note: nobody runs web-0, web-1, web-2, web-3 now');
    const { agents } = JSON.parse(scale.stdout) as { agents: { node: string; command: string[] }[] };
    expect(agents.map(({ node }) => node)).toEqual(['web-4']);
    const joined = epoch.run(...(agents[0]?.command.slice(1) ?? []));
    expect(await joined).toMatchObject({ exitCode: 0 });
    for (const agent of members(4).map((member) => epoch.agent(member)))
      expect(await agent.end()).toMatchObject({ exitCode: 0 });
    await expectGrown(deployment, 4, 5);
    await gate.open();
    expect(await holder.end()).toMatchObject({ exitCode: 0 });
  });

  it('is asked of the agent that is still there, which runs again what gathered from it with its new size', async () => {
    const deployment = await Deployment.create({
      'ip.sh': script('heddle set ip=10.0.0.${HEDDLE_NODE#web-}'),
      'list.sh': script('heddle get ips >> lists.txt'),
      'hold.sh': script('read line < gate'),
      'heddle.yaml': `
heddle: 1
deployment: asked
nodes:
  web:
    count: 1
    roles:
      - { name: ip, command: [./ip.sh], outputs: { ip: ip } }
  reader:
    roles:
      - { name: list, command: [./list.sh], inputs: { ips: "\${web[*].ip}" } }
      - { name: hold, command: [./hold.sh] }
`,
    });
    const gate = await deployment.gate('gate');
    const epoch = await SeededEpoch.start(deployment);
    expect(await epoch.agent('web-0').end()).toMatchObject({ exitCode: 0 });
    const reader = epoch.agent('reader');
    await reader.line(/list +done/);
    await reader.line(/hold +running/);
    const scale = epoch.start('scale', 'web=2');
    const [, command = ''] = /^web-1 +heddle (agent .*)$/.exec(await scale.line(/^web-1 +heddle agent/)) ?? [];
    await gate.open();
    expect(await scale.end()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await epoch.run(...command.split(' '))).toMatchObject({ exitCode: 0 });
    expect(await reader.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('lists.txt')).toBe('["10.0.0.0"]\n["10.0.0.0","10.0.0.1"]\n');
  });
});

describe('what scale cannot do', () => {
  it('is refused with the reason and the next command, and changes nothing', async () => {
    const deployment = await allToAll(2);
    const gate = await deployment.gate('gate');
    const up = deployment.start('up');
    await gate.open();
    expect(await up.end()).toMatchObject({ exitCode: 0 });
    const refused = async (...words: string[]) => {
      const { exitCode, stderr } = await deployment.heddle('scale', ...words);
      return `${exitCode} ${stderr}`;
    };
    expect(await refused('web=1')).toMatch(
      /^2 .*web has 2 members, not 1: a group can grow in an epoch, no member can leave it/,
    );
    expect(await refused('holder=2')).toMatch(
      /^2 .*holder is a single node of deployment grow, which cannot become a group/,
    );
    expect(await refused('wbe=3')).toMatch(/^2 .*has no group wbe; did you mean "web"\?/);
    expect(await refused('web')).toMatch(/^2 .*"web" is not GROUP=COUNT/);
    expect(await deployment.heddle('scale', 'web=2')).toMatchObject({
      exitCode: 0,
      stdout: 'deployment grow, epoch 1: nothing to do, the groups have that many members',
    });
    await deployment.write('heddle.yaml', fileOf(1));
    const { exitCode, stderr } = await deployment.heddle('up', '--resume');
    expect(stderr).toContain('write count: 2 for web into the deployment file');
    expect(exitCode).toBe(2);
  });
});
