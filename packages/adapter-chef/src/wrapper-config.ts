import { dirname, join } from 'node:path';
import { gemFolder } from './assets.ts';

/** Find the file of the shim that a Chef run requires first. */
export function shimFile(): string {
  return join(gemFolder(), 'lib/heddle/chef.rb');
}

export interface WrapperPaths {
  readonly node: string;
  /** The user's own configuration, absolute, or undefined. */
  readonly userConfig: string | undefined;
  /** The folder of the deployment file, absolute. */
  readonly directory: string;
  /** The node's Chef folder, absolute: cache, backups, node objects, lock. Kept between runs. */
  readonly stateDirectory: string;
}

/**
 * Write the configuration that a run gets instead of the user's: the shim, then the user's file as it is, then what must be the node's own.
 *
 * Two runs that share a lock file wait for each other; with Heddle between them that would never end.
 */
export function wrapperConfig({ node, userConfig, directory, stateDirectory }: WrapperPaths): string {
  const own = (name: string) => rubyString(join(stateDirectory, name));
  const lines = ['# Written by Heddle for this run.', `require ${rubyString(shimFile())}`];
  if (userConfig !== undefined) {
    const folder = dirname(userConfig);
    // Chef's defaults for a configuration in that folder; what the user's file says about them comes later and stands.
    lines.push(
      `solo_d_dir ${rubyString(join(folder, 'solo.d'))}`,
      `client_d_dir ${rubyString(join(folder, 'client.d'))}`,
      `from_file ${rubyString(userConfig)}`,
    );
  } else {
    lines.push(`chef_repo_path ${rubyString(directory)}`);
  }
  lines.push(
    `node_name ${rubyString(node)}`,
    `lockfile ${own('chef-solo.lock')}`,
    `pid_file ${own('chef-solo.pid')}`,
    `file_cache_path ${own('cache')}`,
    `file_backup_path ${own('backup')}`,
    `node_path ${own('nodes')}`,
    `chef_guid_path ${own('chef_guid')}`,
    'Heddle::Chef.attach(self)',
  );
  return `${lines.join('\n')}\n`;
}

/** Write a text as a Ruby literal in which nothing is expanded. */
export function rubyString(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
