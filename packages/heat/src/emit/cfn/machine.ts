import { type Data, type DataMap, entryOf, isDataList } from '../../read/data.ts';
import { type UserDataParts, userData } from '../user-data.ts';
import { cfnSignalConfig, cfnSignalScript } from './signal.ts';

/** A file that a machine gets; functions of HOT in its content. */
export interface MachineFile {
  readonly path: string;
  readonly permissions: string;
  readonly content: Data;
}

/** What a machine is made with: the part of cloud-config that Heddle uses. */
export interface MachineConfig {
  readonly files: readonly MachineFile[];
  /** Commands as lists of words, run in this order. */
  readonly commands: readonly (readonly string[])[];
}

/** Give the files and commands of a machine: those that HOT emits, but for the signal. */
export function machineConfig(parts: UserDataParts): MachineConfig {
  const config = cloudConfigOf(userData(parts));
  const signal: Readonly<Record<string, Data>> = {
    '/etc/heddle/signal.curl': { list_join: ['', cfnSignalConfig({ get_resource: parts.handle })] },
    '/etc/heddle/signal.sh': cfnSignalScript,
  };
  const files = itemsOf(config['write_files']).map((one) => {
    const { path, permissions, content } = one as unknown as MachineFile;
    return { path, permissions, content: signal[path] ?? content };
  });
  return { files, commands: itemsOf(config['runcmd']) as unknown as MachineConfig['commands'] };
}

function cloudConfigOf(data: Data): DataMap {
  const [, parts] = itemsOf(entryOf(data, 'list_join'));
  return itemsOf(parts)[1] as DataMap;
}

function itemsOf(data: Data | undefined): readonly Data[] {
  return isDataList(data) ? data : [];
}
