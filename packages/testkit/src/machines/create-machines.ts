import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';
import { enter } from './command.ts';
import { findPrivilege, overlayOptions, probeOverlay, requirePrograms } from './host.ts';
import { initFile } from './layout.ts';
import { initScript, switchScript } from './scripts.ts';
import { divideSubnet } from './subnet.ts';
import { startSwitch } from './switch.ts';
import { removeGroups, systemdProgram, systemdStarted } from './systemd.ts';
import { tidyState } from './tidy.ts';
import { planTree } from './tree-plan.ts';
import { writePrepared, writeTree } from './tree-write.ts';
import type { Machine, MachineSet, MachinesOptions, Privilege } from './types.ts';

/**
 * Start machines: namespaces on this host that look like computers of their own on one network.
 *
 * They end with `close`, and with this process however it ends. Nothing is left on the host but the files below `directory`.
 * @throws HeddleError `tool-missing` (a program, or the right to make namespaces), `config-invalid` (names, network, paths,
 *   or another set runs in `directory`), `unexpected` (a step failed; the notes say which).
 * @see docs/explanation/machines.md
 */
export async function createMachines(options: MachinesOptions): Promise<MachineSet> {
  const { names } = options;
  checkNames(names);
  requirePrograms();
  const subnet = divideSubnet(options.subnet ?? '10.77.0.0/24', names.length);
  const privilege = await findPrivilege(options.privilege);
  mkdirSync(options.directory, { recursive: true });
  const state = realpathSync(options.directory);
  const binds = [...new Set((options.binds ?? []).map(realPath))];
  const overlay = await probeOverlay(state, privilege, options.overlay);
  const plan = planTree({ state, binds, overlay, privilege });

  const { gateway, prefixBits } = subnet;
  const tokens = new Map(names.map((name) => [name, randomBytes(16).toString('hex')]));
  const services = options.services ?? false;
  const systemd = options.systemd ?? false;
  if (systemd) requireSystemd(privilege);
  const prepareMachine = async (name: string, index: number): Promise<void> => {
    const address = subnet.address(index);
    await writeTree(join(state, name), plan, {
      hostname: name,
      address,
      token: tokens.get(name) ?? '',
      services,
      systemd,
    });
    const { mounts } = plan;
    const init = {
      directory: state,
      name,
      index,
      address,
      prefixBits,
      gateway,
      mounts,
      overlayOptions: overlayOptions(privilege),
      systemd,
    };
    writeFileSync(join(state, name, initFile), initScript(services ? { ...init, processName: 'systemd' } : init));
  };
  const prepare = async (): Promise<void> => {
    await writePrepared(state, plan.prepared, names);
    await Promise.all(names.map(prepareMachine));
  };
  const script = switchScript({
    directory: state,
    names,
    gateway,
    prefixBits,
    ...(systemd && { systemd: randomBytes(8).toString('hex') }),
  });
  const running = await startSwitch({
    state,
    script,
    names,
    privilege,
    prepare,
    timeoutMs: options.timeoutMs ?? 120_000,
  });

  const machines = new Map<string, Machine>();
  for (const [index, name] of names.entries()) {
    const pidNow = () => running.pids.get(name) ?? 0;
    const token = tokens.get(name) ?? '';
    machines.set(name, {
      name,
      hostname: name,
      address: subnet.address(index),
      rootDirectory: join(state, name, 'root'),
      get pid() {
        return pidNow();
      },
      command: (argv, commandOptions) => enter({ name, pid: pidNow(), token, privilege }, argv, commandOptions),
    });
  }
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= running.stop().then(() => {
      if (systemd) removeGroups();
      tidyState(state, names, privilege);
    });
    return closing;
  };
  try {
    if (systemd) await Promise.all([...machines.values()].map(systemdStarted));
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { machines, privilege, overlay, gateway, close, [Symbol.asyncDispose]: close };
}

function requireSystemd(privilege: Privilege): void {
  if (privilege !== 'root') {
    throw new HeddleError('config-invalid', 'Only root can make machines whose process 1 is systemd.');
  }
  if (!existsSync(systemdProgram)) {
    throw new HeddleError('tool-missing', 'systemd is not installed', { next: ['apt-get install systemd'] });
  }
  removeGroups();
}

function checkNames(names: readonly string[]): void {
  const wrong = names.find(
    (name, index) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name) || names.indexOf(name) !== index,
  );
  if (names.length === 0) throw new HeddleError('config-invalid', 'A set of machines needs at least one name.');
  if (wrong !== undefined)
    throw new HeddleError('config-invalid', `"${wrong}" cannot be the name of a machine: host names, each once.`);
}

function realPath(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch (cause) {
    throw new HeddleError('config-invalid', `The machines cannot see ${path}: it does not exist.`, { cause });
  }
}
