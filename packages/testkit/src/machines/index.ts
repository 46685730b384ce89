export { type BootReport, type BootSeed, type BootStage, bootMachine } from './cloud-init.ts';
export { createMachines } from './create-machines.ts';
export { type Door, forward, openDoor, type Target } from './door.ts';
export { findPrivilege, requirePrograms } from './host.ts';
export { linkPrograms } from './link-programs.ts';
export { type RunInOptions, type RunInResult, runIn, writeIn } from './run-in.ts';
export { openSsh, type SshAccess } from './ssh.ts';
export { cutPower, reboot, systemdStarted } from './systemd.ts';
export type {
  CommandOptions,
  Machine,
  MachineSet,
  MachinesOptions,
  OverlayChoice,
  Privilege,
} from './types.ts';
