export * from './compile-template.ts';
export { contentDirectory, type EmitOptions, type FetchedFile } from './emit/options.ts';
export * from './recognise.ts';
export type { ReferenceRow } from './report.ts';
