import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chefBin, Deployment } from './support/deployment.ts';

const example = fileURLToPath(new URL('../examples/two-tools', import.meta.url));

async function copyExample(): Promise<Deployment> {
  const deployment = await Deployment.create({});
  for (const entry of await readdir(example, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(example.length + 1);
    if (!entry.isFile() || name.startsWith('.')) continue;
    await deployment.write(name, await readFile(path, 'utf8'));
  }
  return deployment;
}

describe('a chef-solo and an ansible-playbook as they are typed, each behind heddle exec', () => {
  it('wait for one another’s values and write them', async () => {
    const deployment = await copyExample();
    const path = { PATH: `${chefBin}:${process.env['PATH']}` };
    const exec = (node: string, ...command: readonly string[]) =>
      deployment.startWith(path, 'exec', '--node', node, '--', ...command);
    const queue = exec('queue', 'chef-solo', '-c', 'solo.rb', '-o', 'recipe[queue]');
    const worker = exec('worker', 'ansible-playbook', 'worker.yml');
    const ends = await Promise.all([queue.end(), worker.end()]);
    const nodes = '.heddle/two-tools/nodes';
    expect(await deployment.read(`${nodes}/queue/queue.conf`)).toBe(
      'url = amqp://192.0.2.10:5672/jobs\nallow = jobs@worker\n',
    );
    expect(await deployment.read(`${nodes}/worker/worker.conf`)).toBe(
      'queue = amqp://192.0.2.10:5672/jobs\nclient = jobs@worker\n',
    );
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(await deployment.processes()).toEqual([]);
  });
});
