import { ansibleTraits } from '@heddle/adapter-ansible/traits';
import { chefTraits } from '@heddle/adapter-chef/traits';
import { type AdapterRegistry, builtInAdapters } from '@heddle/agent';
import type { Traits } from '@heddle/core';

/** The adapters that come with Heddle: one line each. Any other name is a package. */
export const adapters: AdapterRegistry = new Map([
  ...builtInAdapters,
  ['chef', () => import('@heddle/adapter-chef')],
  ['ansible', () => import('@heddle/adapter-ansible')],
  ['stack', () => import('./stack/adapter.ts')],
  ['software-config', () => import('./software-config/adapter.ts')],
]);

/** What the compiler has to know of them. */
export const adapterTraits: Traits = new Map([
  ['chef', chefTraits],
  ['ansible', ansibleTraits],
]);
