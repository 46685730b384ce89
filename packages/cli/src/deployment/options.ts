import type { Command } from 'commander';

/** The options by which a command finds a running or ended deployment. */
export interface DeploymentOptions {
  readonly file?: string;
  readonly store?: string;
  readonly deployment?: string;
}

/** Add `--file`, `--store` and `--deployment` to a command. */
export function deploymentOptions(command: Command): Command {
  return command
    .option('-f, --file <file>', 'the deployment file; default: heddle.yaml of this folder')
    .option('--store <url>', 'the store; default: HEDDLE_STORE, then the file, then what is in .heddle')
    .option(
      '--deployment <name>',
      'the deployment; default: HEDDLE_DEPLOYMENT, then the file, then the only one in .heddle',
    );
}
