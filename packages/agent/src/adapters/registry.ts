import { HeddleError } from '@heddle/core';
import type { Adapter } from './adapter.ts';
import command from './command.ts';
import { importPackage, installedFile } from './import-package.ts';
import machine from './machine.ts';

type Loader = () => Promise<{ readonly default: unknown }>;

/** Adapters by name; the cli adds the built-in packages, everything else is a package name. */
export type AdapterRegistry = ReadonlyMap<string, Loader>;

/** The adapter that every agent has. */
export const builtInAdapters: AdapterRegistry = new Map<string, Loader>([
  ['command', async () => ({ default: command })],
  ['machine', async () => ({ default: machine })],
]);

/**
 * Load an adapter by its name or by the name of the package that holds it.
 *
 * @param directory  The folder of the deployment file, absolute: packages are looked for there first. @default the working directory
 * @throws unknown-adapter when there is none, or when it speaks another version of the contract.
 */
export async function loadAdapter(name: string, registry: AdapterRegistry, directory?: string): Promise<Adapter> {
  const loader = registry.get(name);
  const loaded =
    loader === undefined
      ? await importPackage(name, directory ?? process.cwd(), {
          what: 'adapter',
          code: 'unknown-adapter',
          builtIn: [...registry.keys()],
        })
      : (await loader()).default;
  if (!isAdapter(loaded)) {
    throw new HeddleError(
      'unknown-adapter',
      `the package ${name} does not export an adapter of contract version 1 as its default`,
      {
        next: ['docs/how-to says how an adapter is written; or install a version that fits this Heddle'],
      },
    );
  }
  return loaded;
}

/**
 * Tell whether `loadAdapter` finds an adapter; whether it can be loaded, only loading tells.
 *
 * @param directory  The folder of the deployment file, absolute.
 */
export function isAdapterInstalled(name: string, registry: AdapterRegistry, directory: string): boolean {
  return registry.has(name) || installedFile(name, directory) !== undefined;
}

function isAdapter(value: unknown): value is Adapter {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Adapter>;
  return candidate.contract === 1 && typeof candidate.name === 'string' && typeof candidate.prepare === 'function';
}
