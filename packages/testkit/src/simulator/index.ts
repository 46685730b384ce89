export type { CriticalLink } from './deployment/critical-path.ts';
export type { Held } from './deployment/evidence.ts';
export type { LongestWait } from './deployment/longest-waits.ts';
export type { Accident } from './deployment/plan-world.ts';
export type { OutputMoment, RoleModel } from './deployment/role-model.ts';
export {
  type PlanSimulation,
  type SimulatedRole,
  type SimulatePlanOptions,
  simulatePlan,
} from './deployment/simulate-plan.ts';
export { type FaultClass, faultClasses } from './faults/tally.ts';
export { describeProgram } from './program/describe-program.ts';
export { type SimulateOptions, type SimulationReport, simulate } from './simulate.ts';
export { type SimulationFailure, type SimulationSummary, simulateMany } from './simulate-many.ts';
