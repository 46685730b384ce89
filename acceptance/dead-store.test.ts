import { expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';

/** What the documentation promises: two minutes for the writes of an agent, half a minute for what comes after the last one. */
const deadlineMs = 150_000;
/** For the command to notice that the store is gone, and for a machine that is busy. */
const slackMs = 60_000;

it(
  'heddle up ends with 24 when its store has died, says last that nobody knows how its roles stand, and goes on with --resume when the store runs again',
  async () => {
    const deployment = await Deployment.create({
      'heddle.yaml': `
heddle: 1
deployment: bereft
nodes:
  a: { roles: [{ name: one, command: [./one.sh], outputs: { told: told } }] }
`,
      'one.sh': script('echo it runs', 'read line < gate', 'heddle set told=late'),
    });
    const gate = await deployment.gate('gate');
    const store = deployment.startWith({ HEDDLE_STORE: undefined }, 'store', 'data', '--listen', '127.0.0.1:0');
    const url = await store.line(/^heddle:/);
    const up = deployment.startWith({ HEDDLE_STORE: url }, 'up', '-v');
    await up.line(/it runs/);
    store.kill('SIGKILL');
    await store.end();
    await gate.open();
    const { exitCode, stderr } = await up.end(deadlineMs + slackMs);
    expect(exitCode, stderr).toBe(24);
    expect(stderr.split('\n').slice(-3)).toEqual([
      `heddle: [unavailable] the store ${url} does not answer any more, so nobody can say how the roles of bereft stand`,
      `  try: read what the roles printed: ${deployment.directory}/.heddle/bereft/nodes/NODE/log`,
      '  try: check that the store runs, then run heddle up --resume',
    ]);

    const again = deployment.startWith({ HEDDLE_STORE: undefined }, 'store', 'data', '--listen', new URL(url).host);
    await again.line(/^heddle:/);
    const resumed = deployment.startWith({ HEDDLE_STORE: url }, 'up', '--resume', '-v');
    await resumed.line(/it runs/);
    await gate.open();
    const helped = await resumed.end(slackMs);
    expect(helped.exitCode, helped.stderr).toBe(0);
    expect(helped.stdout).toContain('heddle: bereft, epoch 1: the role ended well');
  },
  deadlineMs + 3 * slackMs,
);
