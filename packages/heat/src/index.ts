export type { ReadFile } from './classify/check-nested.ts';
export * from './compile-template.ts';
export { type AddCoordinatorOptions, addCoordinator } from './coordinator/add-coordinator.ts';
export type { CoordinatorKind } from './coordinator/kinds.ts';
export { coordinatorCloudConfig, coordinatorTemplate } from './coordinator/standalone.ts';
export { contentDirectory, type EmitOptions, type FetchedFile } from './emit/options.ts';
export { type SignalTransport, signalTransports } from './emit/signal-transport.ts';
export * from './recognise.ts';
export type { ReferenceRow } from './report.ts';
