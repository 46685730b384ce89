import type { Plugin } from 'esbuild';

/** Leave out zod's messages in forty other languages: nobody chooses one. */
export function englishOnly(): Plugin {
  return {
    name: 'english-only',
    setup(build) {
      build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js';",
        loader: 'js',
      }));
    },
  };
}
