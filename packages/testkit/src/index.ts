export * from './adapter-conformance/index.ts';
export { type BuiltPackage, builtPackage } from './built-package.ts';
export * from './linearizability/index.ts';
export * from './machines/index.ts';
export { createRandom, pickOne, type Random } from './random.ts';
export { runScript, type ScriptProcess } from './script-process.ts';
export * from './servers/index.ts';
export * from './soak/index.ts';
export * from './store-conformance/index.ts';
