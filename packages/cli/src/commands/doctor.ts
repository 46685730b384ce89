import type { Command } from 'commander';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { examine } from '../doctor/examine.ts';
import { checksText } from '../output/checks-text.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { doctorExitCode } from '../views/doctor.ts';

interface Options extends DeploymentOptions {
  readonly output: string;
}

/** `heddle doctor`: what is installed, reachable and permitted here, and what to do. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('say what is installed, reachable and permitted on this machine, and what to do')
    .addOption(outputOption());
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
It changes nothing; where it may write to the store, it writes one entry that goes again. It ends with 2 when something fails.

Examples:
  heddle doctor
  heddle doctor --store etcd://10.0.0.5:2379/heddle
  heddle doctor -o json | jq -r '.checks[] | select(.state != "ok").text'`,
    )
    .action(doctor);
}

async function doctor(options: Options): Promise<void> {
  const checks = await examine(options);
  process.exitCode = doctorExitCode(checks);
  process.stdout.write(formatListing({ checks }, options.output, () => checksText(checks)));
}
