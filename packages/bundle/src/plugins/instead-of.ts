import { dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** A module of a dependency, for which the bundle has another text. */
export interface Instead {
  /** What is asked for, as it is written. */
  readonly module: string;
  /** Who asks; the end of its path. */
  readonly by: RegExp;
  /** What it is given, CommonJS; it asks for others from the folder of the module that it stands for. */
  readonly text: string | ((path: string) => string);
}

/** A file that stands for a module of a dependency. */
export interface FileInstead extends Pick<Instead, 'module' | 'by'> {
  /** Absolute. */
  readonly file: string;
}

/** Statement of a module or a function that Heddle never comes to. */
export const missing = "throw new Error('this is not in the bundle of Heddle')";

/** Put these in the place of modules; one that nobody asks for any more fails the build. */
export function insteadOf(name: string, all: readonly (Instead | FileInstead)[]): Plugin {
  return {
    name,
    setup(build) {
      // Names from the root: the bytes must not depend on where it lies.
      const { absWorkingDir: root = '.' } = build.initialOptions;
      const unseen = new Set(all);
      const filter = new RegExp(`^(?:${[...new Set(all.map(({ module }) => escaped(module)))].join('|')})$`);
      build.onResolve({ filter }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === resolving) return undefined;
        const found = all.find(({ module, by }) => module === path && by.test(importer));
        if (found === undefined) return undefined;
        unseen.delete(found);
        if ('file' in found) return { path: found.file };
        const original = await build.resolve(path, { importer, resolveDir, kind, pluginData: resolving });
        return {
          path: relative(root, original.path),
          namespace: `${name}-${all.indexOf(found)}`,
          errors: original.errors,
        };
      });
      for (const [index, one] of all.entries()) {
        if ('file' in one) continue;
        const { text } = one;
        build.onLoad({ filter: /.*/, namespace: `${name}-${index}` }, ({ path: named }) => {
          const path = resolve(root, named);
          return { contents: typeof text === 'string' ? text : text(path), loader: 'js', resolveDir: dirname(path) };
        });
      }
      build.onEnd(() => ({
        errors: [...unseen].map(({ module, by }) => ({ text: `nobody asks for ${module} as ${by} did` })),
      }));
    },
  };
}

/** Marks the plugin's own question, which must not ask again. */
const resolving = Symbol('resolving');

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
