import type { Plugin } from 'esbuild';

/**
 * Put other files in the place of modules that name files beside themselves, or that a machine has no use for.
 *
 * A replacement that lacks an export which somebody imports fails the build, and so does a module that nobody imports.
 *
 * @param modules  Absolute path of the module to that of its replacement.
 */
export function replaceModules(modules: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'replace-modules',
    setup(build) {
      const unseen = new Set(modules.keys());
      build.onResolve({ filter: /^\.{1,2}\/.*(assets|version|command-table)\.ts$/ }, async ({ path, ...from }) => {
        if (from.pluginData === resolving) return undefined;
        const { resolveDir, kind } = from;
        const found = await build.resolve(path, { resolveDir, kind, importer: from.importer, pluginData: resolving });
        const replacement = modules.get(found.path);
        if (replacement === undefined) return found;
        unseen.delete(found.path);
        return { path: replacement };
      });
      build.onEnd(() => ({
        errors: [...unseen].map((path) => ({ text: `nothing imports ${path}, which the bundle replaces` })),
      }));
    },
  };
}

/** Marks the plugin's own question, which must not ask again. */
const resolving = Symbol('resolving');
