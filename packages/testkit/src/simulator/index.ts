export { type FaultClass, faultClasses } from './faults/tally.ts';
export { describeProgram } from './program/describe-program.ts';
export { type SimulateOptions, type SimulationReport, simulate } from './simulate.ts';
export { type SimulationFailure, type SimulationSummary, simulateMany } from './simulate-many.ts';
