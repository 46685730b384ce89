import { type Data, type DataMap, entryOf } from '../read/data.ts';
import type { MachineFile } from './file.ts';
import type { OwnUserData } from './own-user-data.ts';

/** What the server's properties get, and a resource that they refer to. */
export interface AttachedUserData {
  readonly properties: DataMap;
  /** The MIME archive, where the template has user data of its own. */
  readonly archive?: DataMap;
}

/**
 * With it our lists follow those of the user and our maps join theirs; by itself cloud-init would put ours in the place of theirs.
 */
const mergeHow = 'list(append)+dict(recurse_list)+str()';

/** cloud-init runs scripts in the order of their names: after `part-001`, after `runcmd`. */
const lastScript = 'zz-heddle';

/**
 * Attach Heddle's cloud-config to a server, behind user data of its own.
 *
 * Beside other user data the start is a script of its own: all commands of `runcmd` are one script, which ends where one of the user's ends it.
 *
 * @param config  With `runcmd` as one list of words.
 * @param archiveName  The name that the archive gets as a resource; undefined: it stands in the properties, in ASCII.
 */
export function attachUserData(
  { format, parts }: OwnUserData,
  config: StartConfig,
  archiveName: string | undefined,
): AttachedUserData {
  if (parts.length === 0) {
    return { properties: { user_data_format: format, user_data: cloudConfig(config) } };
  }
  const { runcmd, ...rest } = config;
  const joined = cloudConfig({ ...rest, merge_how: mergeHow });
  const start = `#!/bin/sh\n${runcmd.map((words) => words.map(quoted).join(' ')).join('\n')}\n`;
  if (archiveName === undefined) {
    const entries = [
      ...parts.map(({ data }): DataMap => ({ content: entryOf(data, 'config') ?? '' })),
      { type: 'text/cloud-config', content: joined },
      { type: 'text/x-shellscript', filename: lastScript, content: start },
    ];
    const userData = { list_join: ['\n', ['#cloud-config-archive', entries]] };
    return { properties: { user_data_format: format, user_data: userData } };
  }
  const ours: DataMap[] = [
    // Without a subtype Heat makes one up from the file name.
    { subtype: 'cloud-config', config: joined },
    { subtype: 'x-shellscript', filename: lastScript, config: start },
  ];
  return {
    properties: { user_data_format: format, user_data: { get_resource: archiveName } },
    archive: {
      type: 'OS::Heat::MultipartMime',
      properties: { parts: [...parts.map(({ data }) => data), ...ours] },
    },
  };
}

/** A cloud-config whose commands are lists of words. */
export interface StartConfig extends DataMap {
  readonly write_files: readonly MachineFile[];
  readonly runcmd: readonly (readonly string[])[];
}

function cloudConfig(config: DataMap): Data {
  return { list_join: ['\n', ['#cloud-config', config]] };
}

function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
