export * from './machines/index.ts';
