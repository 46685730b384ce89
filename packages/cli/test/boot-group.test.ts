import { describe, expect, test } from 'vitest';
import { boot, signal, useBootScenes } from './support/boot-scene.ts';
import { script } from './support/workspace.ts';

const scene = useBootScenes();

const deployment = `heddle: 1
deployment: booted
nodes:
  web:
    count: 2
    roles:
      - name: one
        command: [./one.sh]
        outputs: { told: told }
`;

/** A machine that knows nothing but its group. */
async function member(name: string) {
  const scenery = await scene(name, { 'one.sh': script('heddle set told=hello') }, deployment);
  const { node: _, ...rest } = scenery.node;
  const start = async (instance: string) => {
    await scenery.workspace.write('instance', `${instance}\n`);
    return boot(scenery, { ...rest, group: 'web' }, '--instance', 'instance');
  };
  return { ...scenery, start };
}

describe('a machine of a group that has no index', () => {
  test('takes a place by its instance id, and signals as the node that it is', async () => {
    const { start, workspace } = await member('scaled');
    const { exitCode, stdout, stderr } = await start('i-7');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('heddle boot: a member of group web of deployment scaled, epoch 1');
    expect(stdout).toContain('heddle boot: this machine is node web-0');
    expect(await signal(workspace)).toMatchObject({ status: 'SUCCESS', id: 'web-0' });
    expect((await start('i-8')).stdout).toContain('this machine is node web-1');
    expect((await start('i-7')).stdout).toContain('this machine is node web-0');
  });

  test('signals that there are more machines than members', async () => {
    const { start, workspace } = await member('crowded');
    for (const instance of ['i-1', 'i-2', 'i-3']) await start(instance);
    const lines = (await workspace.read('signals')).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      status: 'FAILURE',
      reason: expect.stringContaining(
        '[config-invalid] group web in epoch 1 of deployment crowded has 2 members, and each is a machine already',
      ),
    });
  });

  test('signals that it cannot know which machine it is without an instance id', async () => {
    const { node, workspace, ...scenery } = await member('nameless');
    const { node: _, ...rest } = node;
    const words = ['--instance', 'nowhere/instance-id'];
    expect(await boot({ ...scenery, node, workspace }, { ...rest, group: 'web' }, ...words)).toMatchObject({
      exitCode: 2,
    });
    expect(await signal(workspace)).toMatchObject({
      status: 'FAILURE',
      reason: expect.stringContaining('which machine of its group this is cannot be told'),
    });
  });

  test('is refused when its file names a node, too, or neither', async () => {
    const scenery = await member('both');
    for (const node of [
      { ...scenery.node, group: 'web' },
      { ...scenery.node, node: undefined },
    ]) {
      const { exitCode, stderr } = await boot(scenery, node);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('it needs one of "node" and "group"');
    }
  });
});
