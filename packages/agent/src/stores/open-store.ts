import {
  didYouMean,
  HeddleError,
  isHeddleError,
  type OpenStoreOptions,
  type Store,
  type StoreDriver,
  toHeddleError,
  withoutPassword,
} from '@heddle/core';
import { importPackage } from '../adapters/import-package.ts';
import { howToReach, withAdvice } from './advice.ts';
import { credentialsVariable, readCredentials } from './credentials.ts';
import { readTls } from './tls.ts';

type Loader = () => Promise<{ readonly default: unknown }>;

/** Stores by URL scheme: one line each. */
const drivers: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ['embedded', () => import('@heddle/store-embedded')],
  ['heddle', () => import('@heddle/store-embedded')],
  ['zk', () => import('@heddle/store-zk')],
  ['zks', () => import('@heddle/store-zk')],
  ['etcd', () => import('@heddle/store-etcd')],
  ['etcds', () => import('@heddle/store-etcd')],
]);

/** What people call them. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['zookeeper', 'zk'],
  ['file', 'embedded'],
]);

const examples = [...drivers.keys()].map((scheme) =>
  scheme === 'embedded' ? 'embedded:DIR' : `${scheme}://HOST:PORT`,
);

export interface FindStoreOptions extends OpenStoreOptions {
  /** The folder of the deployment file, absolute: a third party's package is looked for there first. @default the working directory */
  readonly directory?: string | undefined;
}

/**
 * Open the store that a URL names; its package is loaded only now.
 *
 * A third party's store is named by its package before a `+`: `@example/heddle-store-foo+foo://host`.
 * Who connects, and what an encrypted connection trusts and shows, is read from the environment unless the options say it; see
 * readCredentials and readTls.
 * @throws unknown-store, config-invalid, unavailable, denied.
 */
export async function openStore(url: string, { directory, ...options }: FindStoreOptions = {}): Promise<Store> {
  const { load, name, rest } = findDriver(url, directory ?? process.cwd());
  const loaded = await load();
  if (!isDriver(loaded)) {
    throw new HeddleError(
      'unknown-store',
      `the package ${name} does not export a store of contract version 1 as its default`,
      {
        next: ['install a version that fits this Heddle'],
      },
    );
  }
  const credentials = options.credentials ?? (await readCredentials(process.env));
  const credentialsFile = options.credentials === undefined ? process.env[credentialsVariable] || undefined : undefined;
  try {
    const tls = options.tls ?? (await readTls(process.env));
    return await loaded.open(rest, {
      ...options,
      ...(credentials === undefined ? {} : { credentials }),
      ...(tls === undefined ? {} : { tls }),
    });
  } catch (error) {
    if (isHeddleError(error)) throw withAdvice(error, credentialsFile);
    throw new HeddleError(
      'unavailable',
      // A client library often names the URL that it was given.
      `the store ${withoutPassword(rest)} cannot be opened: ${toHeddleError(error).message.replaceAll(rest, withoutPassword(rest))}`,
      { cause: error, next: [howToReach] },
    );
  }
}

interface FoundDriver {
  readonly load: () => Promise<unknown>;
  readonly name: string;
  /** The URL as the driver gets it. */
  readonly rest: string;
}

function findDriver(url: string, directory: string): FoundDriver {
  const external = /^(@?[\w./-]+)\+([a-z][a-z0-9]*:.*)$/.exec(url);
  if (external?.[1] !== undefined && external[2] !== undefined) {
    const name = external[1];
    return {
      name,
      rest: external[2],
      load: () => importPackage(name, directory, { what: 'store', code: 'unknown-store', builtIn: examples }),
    };
  }
  const scheme = /^([a-z][a-z0-9]*):/.exec(url)?.[1];
  const loader = scheme === undefined ? undefined : drivers.get(scheme);
  if (scheme === undefined || loader === undefined) {
    const meant = scheme === undefined ? undefined : (otherNames.get(scheme) ?? didYouMean(scheme, drivers.keys()));
    const hint = meant === undefined ? '' : `; did you mean ${meant}:${meant === 'embedded' ? 'DIR' : '//HOST:PORT'}?`;
    throw new HeddleError('unknown-store', `no store answers to ${withoutPassword(url)}${hint}`, {
      next: [
        `use one of: ${examples.join(', ')}`,
        "or PACKAGE+URL for a store of your own, such as '@example/heddle-store-foo+foo://host'",
      ],
    });
  }
  return { load: async () => (await loader()).default, name: `for ${scheme}:`, rest: url };
}

function isDriver(value: unknown): value is StoreDriver {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<StoreDriver>;
  return candidate.contract === 1 && typeof candidate.open === 'function';
}
