import { HeddleError } from '@heddle/core';
import { runIn, writeIn } from './run-in.ts';
import type { Machine } from './types.ts';

/** What a cloud tells a machine at its first boot. */
export interface BootSeed {
  /** `#cloud-config`, a script, or a MIME archive of them. */
  readonly userData: string;
  /** Id of the server; a machine that boots with the same one again does not run its first-boot steps again. */
  readonly instanceId: string;
  /** The host name that cloud-init sets. */
  readonly hostname: string;
}

/** One of cloud-init's stages. */
export interface BootStage {
  readonly stage: string;
  readonly exitCode: number | undefined;
}

/** How a boot ended. A script of the user data that fails makes `final` exit with 1, as on a real machine. */
export interface BootReport {
  readonly stages: readonly BootStage[];
  /** All that cloud-init and the user data's scripts printed. */
  readonly output: string;
}

/**
 * What an image for machines without hardware leaves out of Debian's configuration: disks, mounts, keys, users, package sources.
 * The network is up already, and the only data source is the seed.
 */
const imageConfiguration = `# Written by the test kit.
datasource_list: [NoCloud, None]
network: {config: disabled}
cloud_init_modules: [seed_random, bootcmd, write-files, set_hostname, update_hostname, update_etc_hosts]
cloud_config_modules: [runcmd]
cloud_final_modules: [write-files-deferred, scripts-vendor, scripts-per-once, scripts-per-boot, scripts-per-instance, scripts-user, final-message]
`;

/** Read last of its folder, so that it beats what the host has there. */
const imageFile = '/etc/cloud/cloud.cfg.d/zzz_machine.cfg';
const consoleLog = '/var/log/cloud-init-console.log';
const seedFolder = '/var/lib/cloud/seed/nocloud';

const stages: readonly (readonly string[])[] = [
  ['init', '--local'],
  ['init'],
  ['modules', '--mode=config'],
  ['modules', '--mode=final'],
];

/**
 * Boot a machine with the real cloud-init: its stages run one after the other, as systemd would start them.
 *
 * Resolves when the last one has ended, so after every script of the user data. Logs: /var/log/cloud-init.log
 * and cloud-init-console.log in the machine.
 * @param onStage  Told of each stage before it starts.
 * @throws HeddleError `tool-missing` without cloud-init, `unexpected` when a stage before the user data's scripts fails.
 */
export async function bootMachine(
  machine: Machine,
  seed: BootSeed,
  onStage: (stage: string) => void = () => undefined,
): Promise<BootReport> {
  await prepareImage(machine);
  const metaData = { 'instance-id': seed.instanceId, 'local-hostname': seed.hostname };
  await writeIn(machine, `${seedFolder}/meta-data`, JSON.stringify(metaData));
  await writeIn(machine, `${seedFolder}/user-data`, seed.userData, '600');
  const ended: BootStage[] = [];
  for (const words of stages) {
    const stage = words.join(' ');
    onStage(stage);
    // Into a file: a daemon that the user data starts keeps the stream open.
    const script = `exec cloud-init "$@" >>${consoleLog} 2>&1`;
    const { exitCode } = await runIn(machine, ['sh', '-c', script, 'cloud-init', ...words]);
    ended.push({ stage, exitCode });
    if (exitCode !== 0 && words[0] === 'init') {
      throw new HeddleError('unexpected', `${machine.name}: cloud-init ${stage} failed, exit ${exitCode}`, {
        notes: (await readConsole(machine)).split('\n').slice(-20),
      });
    }
  }
  return { stages: ended, output: await readConsole(machine) };
}

async function readConsole(machine: Machine): Promise<string> {
  return (await runIn(machine, ['cat', consoleLog])).output;
}

/** Nothing of the host's own first boot, should it have had one, is part of the image; what a restart forgets is gone. */
async function prepareImage(machine: Machine): Promise<void> {
  const script = `command -v cloud-init >/dev/null || exit 127
test -e ${imageFile} || rm -rf /var/lib/cloud /etc/cloud/cloud-init.disabled
rm -rf /run/cloud-init`;
  const { exitCode, output } = await runIn(machine, ['sh', '-c', script]);
  if (exitCode === 127) {
    throw new HeddleError('tool-missing', 'cloud-init is not installed', {
      next: ['apt-get install --no-install-recommends cloud-init'],
    });
  }
  if (exitCode !== 0) throw new HeddleError('unexpected', `${machine.name}: ${output.trim()}`);
  await writeIn(machine, imageFile, imageConfiguration);
}
