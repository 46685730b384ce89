import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ErrorCode, HeddleError, toHeddleError } from '@heddle/core';

/** The conditions of a package's `exports` that hold for `import()` in Node. */
const conditions: readonly string[] = ['node', 'import', 'module-sync', 'default'];

/** Where Heddle itself is installed. */
const ownDirectory = fileURLToPath(new URL('.', import.meta.url));

/** What is loaded, for messages: `the store package foo`. */
export interface PackageUse {
  readonly what: 'store' | 'adapter';
  readonly code: ErrorCode;
  /** What comes with Heddle, to be named when a package is not there. */
  readonly builtIn: readonly string[];
}

/**
 * Import a package that somebody else wrote: from the folder of the deployment file, otherwise from where Heddle is installed.
 *
 * @param name  A package name, or a path that begins with `.` or `/`.
 * @param directory  Absolute.
 * @returns The package's default export.
 * @throws `use.code` when it is not installed, or when its own code throws while it is loaded.
 */
export async function importPackage(name: string, directory: string, use: PackageUse): Promise<unknown> {
  const file = installedFile(name, directory);
  if (file === undefined) throw notInstalled(name, directory, use);
  try {
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
    return module.default;
  } catch (cause) {
    throw new HeddleError(
      use.code,
      `the ${use.what} package ${name} (${file}) cannot be loaded: ${toHeddleError(cause).message}`,
      {
        cause,
        next: [`look for the fault with: node --input-type=module -e "import '${file}'"`],
      },
    );
  }
}

/** Find the file that `importPackage` would import; undefined when the package is not installed. */
export function installedFile(name: string, directory: string): string | undefined {
  return findPackage(name, directory) ?? (name.startsWith('.') ? undefined : findPackage(name, ownDirectory));
}

function notInstalled(name: string, directory: string, { what, code, builtIn }: PackageUse): HeddleError {
  const next = [`or use one of: ${builtIn.join(', ')}`];
  if (name.startsWith('.') || name.startsWith('/')) {
    return new HeddleError(code, `the ${what} ${name} is no file that ${directory} has`, {
      next: ['correct the path', ...next],
    });
  }
  return new HeddleError(code, `the ${what} package ${name} is installed neither in ${directory} nor with Heddle`, {
    next: [`cd ${directory} && npm install ${name}`, ...next],
  });
}

/** Find the file that `import` of a package gives in a folder; undefined when the folder does not have the package. */
function findPackage(name: string, directory: string): string | undefined {
  const require = createRequire(join(directory, 'package.json'));
  try {
    const file = require.resolve(name);
    return isAbsolute(file) ? file : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return importOnly(name, require.resolve.paths(name) ?? []);
    if (code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** A package whose `exports` name no file for `require`: look up the one for `import`. */
function importOnly(name: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    const manifest = join(folder, name, 'package.json');
    if (!existsSync(manifest)) continue;
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown };
    const target = importTarget(exports);
    return target === undefined ? undefined : join(folder, name, target);
  }
  return undefined;
}

function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const entries = Object.entries(exports);
  const main = entries.find(([key]) => key === '.');
  if (main !== undefined) return importTarget(main[1]);
  for (const [key, value] of entries) {
    const target = conditions.includes(key) ? importTarget(value) : undefined;
    if (target !== undefined) return target;
  }
  return undefined;
}
