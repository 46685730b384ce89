export type { ReadFile } from './classify/check-nested.ts';
export * from './compile-template.ts';
export { outputPrefix, stackNode } from './emit/late-values.ts';
export { contentDirectory, type EmitOptions, type FetchedFile } from './emit/options.ts';
export * from './recognise.ts';
export type { ReferenceRow } from './report.ts';
