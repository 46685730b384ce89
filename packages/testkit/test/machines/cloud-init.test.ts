import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootMachine, createMachines, type Machine, type MachineSet, runIn } from '../../src/index.ts';

const cloudConfig = (config: object) => `#cloud-config\n${JSON.stringify(config)}`;

describe('a machine that boots with cloud-init', () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-cloud-init-'));
  let set: MachineSet;
  const machine = (name: string): Machine => {
    const found = set.machines.get(name);
    if (found === undefined) throw new Error(`no machine ${name}`);
    return found;
  };
  beforeAll(async () => {
    set = await createMachines({ directory, names: ['one', 'two', 'three'] });
  });
  afterAll(async () => {
    await set?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('has its host name, its files and the traces of its commands, and does them once for an instance', async () => {
    const seed = {
      instanceId: 'i-1',
      hostname: 'shop-one-x7',
      userData: cloudConfig({
        write_files: [{ path: '/etc/given/secret', permissions: '0600', content: 'ü "quoted"\n' }],
        runcmd: [['sh', '-c', 'echo "$(hostname) $PATH" >>/etc/given/ran; echo said']],
      }),
    };
    const stages: string[] = [];
    const first = await bootMachine(machine('one'), seed, (stage) => stages.push(stage));
    expect(stages).toEqual(['init --local', 'init', 'modules --mode=config', 'modules --mode=final']);
    expect(first.stages).toEqual(stages.map((stage) => ({ stage, exitCode: 0 })));
    expect(first.output).toMatch(/^said$/m);
    const root = machine('one').rootDirectory;
    expect(readFileSync(`${root}/etc/given/secret`, 'utf8')).toBe('ü "quoted"\n');
    expect(statSync(`${root}/etc/given/secret`).mode & 0o777).toBe(0o600);
    const ran = 'shop-one-x7 /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n';
    expect(readFileSync(`${root}/etc/given/ran`, 'utf8')).toBe(ran);
    expect((await runIn(machine('two'), ['hostname'])).output).toBe('two');

    await bootMachine(machine('one'), seed);
    expect(readFileSync(`${root}/etc/given/ran`, 'utf8')).toBe(ran);
    await bootMachine(machine('one'), { ...seed, instanceId: 'i-2' });
    expect(readFileSync(`${root}/etc/given/ran`, 'utf8')).toBe(ran + ran);
  });

  it('ends its boot when a command of the user data fails, and tells that by the exit code of the last stage', async () => {
    const userData = '#!/bin/sh\necho "it is wrong" >&2\nexit 3\n';
    const { stages, output } = await bootMachine(machine('two'), { instanceId: 'i-1', hostname: 'two', userData });
    expect(stages.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 1]);
    expect(output).toContain('it is wrong');
  });

  it('ends its boot though the user data has left a daemon behind', async () => {
    const userData = '#!/bin/sh\nsetsid sleep 1000 &\necho $! >/etc/daemon\n';
    const { stages } = await bootMachine(machine('three'), { instanceId: 'i-1', hostname: 'three', userData });
    expect(stages.at(-1)?.exitCode).toBe(0);
    const { output } = await runIn(machine('three'), ['sh', '-c', 'cat /proc/$(cat /etc/daemon)/comm']);
    expect(output).toBe('sleep');
  });
});
