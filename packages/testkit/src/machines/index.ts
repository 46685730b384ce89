export { createMachines } from './create-machines.ts';
export type {
  CommandOptions,
  Machine,
  MachineSet,
  MachinesOptions,
  OverlayChoice,
  Privilege,
} from './types.ts';
