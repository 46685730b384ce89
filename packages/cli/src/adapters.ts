import { type AdapterRegistry, builtInAdapters } from '@heddle/agent';

/** The adapters that come with Heddle: one line each. Any other name is a package. */
export const adapters: AdapterRegistry = new Map([
  ...builtInAdapters,
  ['chef', () => import('@heddle/adapter-chef')],
  ['ansible', () => import('@heddle/adapter-ansible')],
]);
