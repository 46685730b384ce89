import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { Deployment, script } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { findAgent, signal } from './support/processes.ts';
import { readStatus, states } from './support/read-status.ts';

/** `db` writes after a gate, `web` waits for it; `keep` only stays, so that somebody is connected all the time. */
const files = {
  'keep.sh': script('read line < stay'),
  'db.sh': script('echo run >> runs.txt', 'read line < gate', 'heddle set port=3306'),
  'web.sh': script('port=$(heddle get db.port)'),
  'heddle.yaml': `
heddle: 1
deployment: lost
grace: 2s
nodes:
  keep:
    roles:
      - { name: stay, command: [./keep.sh] }
  db:
    roles:
      - { name: mysql, command: [./db.sh], outputs: { port: port } }
  web:
    roles:
      - { name: app, command: [./web.sh], inputs: { db.port: "\${db.port}" } }
`,
};

async function begun() {
  const deployment = await Deployment.create(files);
  const gate = await deployment.gate('gate');
  const stay = await deployment.gate('stay');
  expect(await deployment.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
  const store = deployment.storeUrl ?? `embedded:${deployment.directory}/.heddle/lost`;
  const where = (node: string) => ['--node', node, '--directory', `${deployment.directory}/${node}`];
  const agent = (node: string) =>
    deployment.start('agent', '--store', store, '--deployment', 'lost', '--epoch', '1', ...where(node));
  const keep = agent('keep');
  await keep.line(/keep stay +running/);
  const db = agent('db');
  await db.line(/db mysql +running/);
  const web = agent('web');
  await web.line(/web app +waits for db\.port/);
  const runs = (count: number) =>
    eventually(`mysql has run ${count} times`, async () => {
      const text = await deployment.read('runs.txt').catch(() => '');
      return text.split('\n').length - 1 === count;
    });
  await runs(1);
  const end = async () => {
    await stay.open();
    await keep.end();
  };
  return { deployment, gate, agent, db, web, runs, end };
}

const told = [
  '[producer-lost] web role app (heddle.yaml:14) needs db.port (input db.port), which will never come: role mysql of db is gone: its node was lost',
  '  cause: db role mysql is lost: its agent has been gone for 2s',
].join('\n');

describe('an agent that is gone for the grace period', () => {
  it('killed: its readers end with 21, and an agent that is started again takes the role up', async () => {
    const { deployment, gate, agent, db, web, runs, end } = await begun();
    signal(await findAgent(deployment.directory, 'db'), 'SIGKILL');
    await db.end();
    const ended = await web.end();
    expect(saidByRole(ended.stdout).get('web.app')?.join('\n')).toContain(told);
    expect(ended.exitCode).toBe(21);
    expect(states(await readStatus(deployment))).toMatchObject({ 'db.mysql': 'lost', 'web.app': 'failed' });

    const again = agent('db');
    await runs(2);
    await gate.open();
    expect(await again.end()).toMatchObject({ exitCode: 0 });
    expect(states(await readStatus(deployment))).toMatchObject({ 'db.mysql': 'done' });
    await end();
  });

  it('asleep: when it wakes up it interrupts its role, takes the node again and runs the role again', async () => {
    const { deployment, gate, db, web, runs, end } = await begun();
    const pid = await findAgent(deployment.directory, 'db');
    signal(pid, 'SIGSTOP');
    expect(await web.end()).toMatchObject({ exitCode: 21 });
    signal(pid, 'SIGCONT');
    await db.line(/node db was declared lost while its agent could not be seen: it takes the node again/);
    await runs(2);
    await gate.open();
    expect(await db.end()).toMatchObject({ exitCode: 0 });
    expect((await deployment.heddle('get', 'db.port')).stdout).toBe('3306');
    expect(states(await readStatus(deployment))).toMatchObject({ 'db.mysql': 'done', 'web.app': 'failed' });
    await end();
  });
});
