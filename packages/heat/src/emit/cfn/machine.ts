import { type Data, isDataList } from '../../read/data.ts';
import { type UserDataParts, userData } from '../user-data.ts';

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

/** Give the files and commands of a machine: those that HOT emits. */
export function machineConfig(parts: UserDataParts): MachineConfig {
  const { write_files: written, runcmd: commands } = userData(parts);
  return { files: (isDataList(written) ? written : []).map((one) => one as unknown as MachineFile), commands };
}
