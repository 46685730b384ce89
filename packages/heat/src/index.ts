export type { ReadFile } from './classify/check-nested.ts';
export * from './compile-template.ts';
export { contentDirectory, type EmitOptions, type FetchedFile } from './emit/options.ts';
export type { PackageSource, Packages, Tool } from './emit/packages.ts';
export { type SignalTransport, signalTransports } from './emit/signal-transport.ts';
export * from './recognise.ts';
export type { ReferenceRow } from './report.ts';
