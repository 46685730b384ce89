import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachines, cutPower, type Machine, type MachineSet, reboot, runIn, writeIn } from '../../src/index.ts';

const unit = `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo started on $$(hostname); echo x >>/var/starts'
[Install]
WantedBy=multi-user.target
`;

describe('a machine whose process 1 is systemd', () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-systemd-'));
  let set: MachineSet;
  const machine = (name: string): Machine => set.machines.get(name) as Machine;
  beforeAll(async () => {
    set = await createMachines({ directory, names: ['one', 'two'], systemd: true });
  });
  afterAll(async () => {
    await set?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const run = async (name: string, ...argv: string[]) => (await runIn(machine(name), argv)).output.trim();

  it('runs units, with their journal, and none of the host’s', async () => {
    expect(await run('one', 'cat', '/proc/1/comm')).toBe('systemd');
    await writeIn(machine('one'), '/etc/systemd/system/it.service', unit);
    expect(
      await run('one', 'sh', '-c', 'systemctl daemon-reload && systemctl enable --now it && systemctl is-enabled it'),
    ).toMatch(/enabled$/);
    expect(await run('one', 'journalctl', '--unit', 'it', '--output', 'cat')).toContain('started on one');
    const services = await run('one', 'systemctl', 'list-units', '--type', 'service', '--plain', '--no-legend');
    expect(services).toMatch(/^systemd-journald\.service .*$/);
  });

  it.each([
    ['when it reboots', reboot],
    ['when its power was cut', cutPower],
  ])('starts what is enabled again %s, with its address and its files', async (_when, restart) => {
    const starts = async () => (await run('one', 'cat', '/var/starts')).split('\n').length;
    const before = await starts();
    const { pid } = machine('one');
    await restart(machine('one'));
    await run('one', 'systemctl', 'start', 'it');
    expect(machine('one').pid).not.toBe(pid);
    expect(await starts()).toBeGreaterThan(before);
    expect(await run('one', 'hostname', '--all-ip-addresses')).toBe(machine('one').address);
    const reach = `exec 3<>/dev/tcp/${machine('one').address}/1`;
    // Nobody listens there: the machine itself says so.
    expect(await run('two', 'bash', '-c', reach)).toContain('Connection refused');
  });

  it('leaves no control group on the host', async () => {
    await set.close();
    expect(readdirSync('/sys/fs/cgroup').filter((name) => name.startsWith('heddle-'))).toEqual([]);
    expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toContain('heddle-machine');
  });
});
