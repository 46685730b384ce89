import { startEtcd, startZookeeper, type TestServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { SeededEpoch } from './support/seeded.ts';

const administrator = { user: 'root', password: 'of-the-administrator' };

const files = {
  'hosts.sh': script(
    'heddle set ip=10.0.0.${HEDDLE_NODE#web-} key=k-of-$HEDDLE_NODE',
    'heddle get peers > "hosts.$HEDDLE_NODE"',
    'echo "$HEDDLE_NODE" >> runs.txt',
  ),
  'front.sh': script('heddle get keys > keys', 'echo front >> runs.txt'),
  'other.sh': script('echo other >> runs.txt', 'read line < gate'),
  'heddle.yaml': `
heddle: 1
deployment: rights
nodes:
  web:
    count: 2
    roles:
      - name: hosts
        command: [./hosts.sh]
        inputs: { peers: "\${web[*].ip}" }
        outputs: { ip: ip, key: { path: key, sensitive: true } }
  front:
    roles:
      - { name: front, command: [./front.sh], inputs: { keys: "\${web[*].key}" } }
  other:
    roles:
      - { name: other, command: [./other.sh] }
`,
};

describe.each([
  ['ZooKeeper', () => startZookeeper({})],
  ['etcd', () => startEtcd({ users: { [administrator.user]: administrator.password } })],
])('on %s, where every node has credentials of its own', (_name, startServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const environmentOf = (root: string) => ({
    HEDDLE_STORE: `${server.url}/${root}`,
    HEDDLE_STORE_USER: administrator.user,
    HEDDLE_STORE_PASSWORD: administrator.password,
  });

  async function expectThree(deployment: Deployment): Promise<void> {
    for (const node of ['web-0', 'web-1', 'web-2'])
      expect(JSON.parse(await deployment.read(`hosts.${node}`))).toEqual(['10.0.0.0', '10.0.0.1', '10.0.0.2']);
    expect(JSON.parse(await deployment.read('keys'))).toEqual(['k-of-web-0', 'k-of-web-1', 'k-of-web-2']);
    const runs = (await deployment.read('runs.txt')).trim().split('\n').sort();
    expect(runs).toEqual(['front', 'front', 'other', 'web-0', 'web-0', 'web-1', 'web-1', 'web-2']);
  }

  it('a new member gets its own from scale, and heddle up starts it with them', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const environment = environmentOf('up');
    const up = deployment.startWith(environment, 'up', '--access', 'node');
    for (const role of ['web-0 hosts', 'web-1 hosts', 'front front']) await up.line(new RegExp(`${role} +done`));
    const scale = await deployment.startWith(environment, 'scale', 'web=3').end();
    expect(scale).toMatchObject({ exitCode: 0, stderr: '' });
    await gate.open();
    expect(await up.end()).toMatchObject({ exitCode: 0 });
    await expectThree(deployment);
    const kept = JSON.parse(await deployment.read('.heddle/rights/credentials/1/web-2.json')) as { password: string };
    expect(scale.stdout).not.toContain(kept.password);
  });

  it('an agent joins with those that scale wrote for it, and agents go on with those that they have', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const epoch = await SeededEpoch.start(deployment, {
      storeUrl: `${server.url}/seed`,
      environment: environmentOf('seed'),
    });
    const other = epoch.agent('other');
    const first = ['web-0', 'web-1', 'front'].map((node) => epoch.agent(node));
    for (const agent of first) expect(await agent.end()).toMatchObject({ exitCode: 0 });
    const scale = await epoch.run('scale', 'web=3', '-o', 'json');
    const { agents } = JSON.parse(scale.stdout) as { agents: { node: string; command: string[] }[] };
    const asNode = { ...environmentOf('seed'), HEDDLE_STORE_USER: undefined, HEDDLE_STORE_PASSWORD: undefined };
    const joined = deployment.startWith(asNode, ...(agents[0]?.command.slice(1) ?? []));
    expect(await joined.end()).toMatchObject({ exitCode: 0 });
    const again = ['web-0', 'web-1', 'front'].map((node) => epoch.agent(node));
    for (const agent of again) expect(await agent.end()).toMatchObject({ exitCode: 0 });
    await expectThree(deployment);
    await gate.open();
    expect(await other.end()).toMatchObject({ exitCode: 0 });
  });
});
