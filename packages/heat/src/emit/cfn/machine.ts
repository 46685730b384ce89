import type { MachineFile } from '../file.ts';
import { type UserDataParts, userData } from '../user-data.ts';

/** What a machine is made with: the part of cloud-config that Heddle uses. */
export interface MachineConfig {
  /** With functions of HOT in their contents. */
  readonly files: readonly MachineFile[];
  /** Commands as lists of words, run in this order. */
  readonly commands: readonly (readonly string[])[];
}

/** Give the files and commands of a machine: those that HOT emits. */
export function machineConfig(parts: UserDataParts): MachineConfig {
  const { write_files: files, runcmd: commands } = userData(parts);
  return { files, commands };
}
