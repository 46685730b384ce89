import { HeddleError, toHeddleError } from '@heddle/core';
import type { Adapter } from './adapter.ts';
import command from './command.ts';

type Loader = () => Promise<{ readonly default: unknown }>;

/** Adapters by name; the cli adds the built-in packages, everything else is a package name. */
export type AdapterRegistry = ReadonlyMap<string, Loader>;

/** The adapter that every agent has. */
export const builtInAdapters: AdapterRegistry = new Map<string, Loader>([['command', async () => ({ default: command })]]);

/**
 * Load an adapter by its name or by the name of the package that holds it.
 *
 * @throws unknown-adapter when there is none, or when it speaks another version of the contract.
 */
export async function loadAdapter(name: string, registry: AdapterRegistry): Promise<Adapter> {
  const loader = registry.get(name) ?? packageLoader(name);
  if (loader === undefined) {
    const known = [...registry.keys()].join(', ');
    throw new HeddleError('unknown-adapter', `there is no adapter named ${name}`, {
      next: [`use one of: ${known}`, 'or the name of an installed package that exports an adapter, such as @example/heddle-salt'],
    });
  }
  let loaded: unknown;
  try {
    loaded = (await loader()).default;
  } catch (cause) {
    throw new HeddleError('unknown-adapter', `the adapter package ${name} cannot be loaded: ${toHeddleError(cause).message}`, {
      cause,
      next: [`npm install ${name}`],
    });
  }
  if (!isAdapter(loaded)) {
    throw new HeddleError('unknown-adapter', `the package ${name} does not export an adapter of contract version 1 as its default`);
  }
  return loaded;
}

function packageLoader(name: string): Loader | undefined {
  const isPackageName = name.startsWith('@') || name.includes('-') || name.startsWith('.') || name.startsWith('/');
  return isPackageName ? async () => (await import(name)) as { default: unknown } : undefined;
}

function isAdapter(value: unknown): value is Adapter {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Adapter>;
  return candidate.contract === 1 && typeof candidate.name === 'string' && typeof candidate.prepare === 'function';
}
