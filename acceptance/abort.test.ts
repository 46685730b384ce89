import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { Deployment, script } from './support/deployment.ts';
import { readStatus, states } from './support/read-status.ts';

/** A role that runs until its gate opens, one that waits for its value, and one that comes after. */
const files = {
  'write.sh': script('echo begun', 'read line < gate', 'heddle set word=hello'),
  'read.sh': script('word=$(heddle get writer.word)', 'echo "$word" > word.txt'),
  'later.sh': script('echo later > later.txt'),
  'heddle.yaml': `
heddle: 1
deployment: aborted
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh], outputs: { word: word } }
      - { name: later, command: [./later.sh] }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.word: "\${writer.word}" } }
`,
};

describe('an abort', () => {
  it('ends every wait with 23 and starts no further role; what runs goes on until it publishes', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/reader read +waits for writer\.word/);
    const aborted = await deployment.heddle('abort', '--reason', 'wrong release');
    expect(aborted.stderr).toBe(
      'heddle: aborted deployment aborted, epoch 1: every wait and publish fails with 23 from now on, and no further role starts; heddle abort --cancel lifts it',
    );
    await run.line(/reader read +aborted/);
    await run.line(/writer write +warning: deployment aborted was aborted by .*: wrong release; role write goes on/);
    expect(states(await readStatus(deployment))).toMatchObject({ 'writer.write': 'running', 'reader.read': 'aborted' });
    await gate.open();
    const result = await run.end();
    expect(result.exitCode).toBe(23);
    expect(states(await readStatus(deployment))).toEqual({
      'writer.write': 'aborted',
      'writer.later': 'aborted',
      'reader.read': 'aborted',
    });
    const by = /was aborted by \S+@\S+ at [\dT:.Z-]+: wrong release/;
    const said = saidByRole(result.stderr);
    expect(said.get('reader.read')?.at(-1)).toMatch(
      /^\[aborted\] reader role read \(heddle.yaml:11\) (?:needs|waited \S+ for) writer\.word \(input writer\.word\): /,
    );
    expect(said.get('writer.later')?.at(-1)).toMatch(/^\[aborted\] writer role later was not started: /);
    for (const role of ['reader.read', 'writer.later']) expect(said.get(role)?.at(-1)).toMatch(by);
    await expect(deployment.read('later.txt')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is lifted is none any more, and lifting it twice ends with 2', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/reader read +waits for writer\.word/);
    await deployment.heddle('abort');
    await run.line(/reader read +aborted/);
    expect((await deployment.heddle('status')).stdout).toMatch(
      /^deployment aborted, epoch 1(?: \(store \S+\))?: aborted by \S+@\S+ at /,
    );
    expect((await deployment.heddle('abort')).stderr).toMatch(
      /^heddle: nothing to do: deployment aborted was aborted by /,
    );
    expect(await deployment.heddle('abort', '--cancel')).toMatchObject({ exitCode: 0 });
    const again = await deployment.heddle('abort', '--cancel');
    expect(again).toMatchObject({ exitCode: 2 });
    expect(again.stderr).toContain('[not-found] deployment aborted, epoch 1 is not aborted');
    await gate.open();
    const result = await run.end();
    // What it has ended stays ended; what runs, and comes later, ends well.
    expect(states(await readStatus(deployment)), result.stdout + result.stderr).toEqual({
      'writer.write': 'done',
      'writer.later': 'done',
      'reader.read': 'aborted',
    });
    expect(result.exitCode).toBe(23);
  });
});
