import { join } from 'node:path';
import { startEtcd, startZookeeper, type TestServer } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { startStoreProcess } from './support/embedded-server.ts';
import { eventually } from './support/eventually.ts';
import { exists } from './support/exists.ts';
import { SeededEpoch } from './support/seeded.ts';

/** `web` writes before and after the outage, `db` reads both, `solo` needs nothing of anybody and has two roles. */
const files = {
  'write.sh': script(
    'heddle set early=before',
    'read line < web-gate',
    'echo written > written.txt',
    'heddle set late=after',
  ),
  'read.sh': script('early=$(heddle get web.early)', 'late=$(heddle get web.late)', 'echo "$early $late" >> read.txt'),
  'one.sh': script('read line < solo-gate', 'echo one >> solo.txt'),
  'two.sh': script('echo two >> solo.txt', 'touch two-ran'),
  'heddle.yaml': `
heddle: 1
deployment: outage
nodes:
  web:
    roles:
      - { name: write, command: [./write.sh], outputs: { early: early, late: late } }
  db:
    roles:
      - { name: read, command: [./read.sh], inputs: { web.early: "\${web.early}", web.late: "\${web.late}" } }
  solo:
    roles:
      - { name: one, command: [./one.sh] }
      - { name: two, command: [./two.sh] }
`,
};

async function startAll(server: TestServer) {
  const deployment = await Deployment.create(files);
  const gates = { web: await deployment.gate('web-gate'), solo: await deployment.gate('solo-gate') };
  const epoch = await SeededEpoch.start(deployment, {
    storeUrl: server.url.startsWith('heddle:') ? server.url : `${server.url}/outage`,
    environment: { HEDDLE_STORE_USER: undefined, HEDDLE_STORE_PASSWORD: undefined },
  });
  const agents = { web: epoch.agent('web'), db: epoch.agent('db'), solo: epoch.agent('solo') };
  await agents.db.line(/db read +waits for web\.late/);
  await agents.solo.line(/solo one +running/);
  /** Let every role go as far as it can without the store. */
  const goOn = async () => {
    await gates.web.open();
    await gates.solo.open();
    const there = (name: string) => () => exists(join(deployment.directory, name));
    await eventually('the role that writes has come to its next value', there('written.txt'));
    await eventually('the second role of the node that needs nothing has run', there('two-ran'));
  };
  const endWell = async () => {
    for (const agent of Object.values(agents)) {
      const end = await agent.end();
      expect(end, end.stdout + end.stderr).toMatchObject({ exitCode: 0 });
    }
    expect(await deployment.read('read.txt')).toBe('before after\n');
    expect(await deployment.read('solo.txt')).toBe('one\ntwo\n');
    expect(await epoch.states()).toEqual({
      'web.write': 'done',
      'db.read': 'done',
      'solo.one': 'done',
      'solo.two': 'done',
    });
    expect(await deployment.processes()).toEqual([]);
  };
  return { agents, goOn, endWell };
}

describe.each([
  ['the embedded store', () => startStoreProcess()],
  ['ZooKeeper', () => startZookeeper({})],
  ['etcd', () => startEtcd({})],
])('with %s', (_name, startServer) => {
  async function start() {
    const server = await startServer();
    onTestFinished(() => server.close());
    return server;
  }

  it('a server that is silent for longer than a session costs nothing but time: roles go on, their ends and all values arrive', async () => {
    const server = await start();
    const { agents, goOn, endWell } = await startAll(server);
    await server.stop();
    await goOn();
    await agents.db.line(/db role read .* has waited \d+s for web\.late.*the store does not answer/);
    await server.start();
    await endWell();
  });

  it('a server that is killed and started again loses nothing: roles go on meanwhile, their ends and all values arrive', async () => {
    const server = await start();
    const { goOn, endWell } = await startAll(server);
    await server.kill();
    await goOn();
    await server.start();
    await endWell();
  });
});
