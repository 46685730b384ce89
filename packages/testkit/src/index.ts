export * from './machines/index.ts';
export * from './servers/index.ts';
export * from './store-conformance/index.ts';
