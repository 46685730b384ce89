import type { Plugin } from 'esbuild';

/** A module of a dependency that is asked for, and never used by what Heddle does. */
interface LeftOut {
  /** What is asked for. */
  readonly module: string;
  /** Who asks; the end of its path. */
  readonly by: RegExp;
  /** What it is given; CommonJS. */
  readonly instead: string;
}

const missing = "throw new Error('this is not in the bundle of Heddle')";

const leftOut: readonly LeftOut[] = [
  // Routes of the socket API have no schemas, so nothing is compiled; their bodies are checked by functions.
  ...['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'].map((module) => ({
    module,
    by: /\/fastify\/lib\/schema-controller\.js$/,
    instead: `module.exports = () => () => { ${missing}; };`,
  })),
  // Requests without a network.
  { module: 'light-my-request', by: /\/fastify\/fastify\.js$/, instead: `module.exports = () => { ${missing}; };` },
  // The socket API logs nothing.
  {
    module: 'pino',
    by: /\/fastify\/lib\/logger-pino\.js$/,
    instead: `module.exports = () => { ${missing}; }; module.exports.symbols = {};`,
  },
];

/** Leave out modules that nobody uses; one that nobody asks for any more fails the build. */
export function leaveOut(): Plugin {
  return {
    name: 'leave-out',
    setup(build) {
      const unseen = new Set(leftOut);
      build.onResolve({ filter: /^(@fastify\/.*-compiler|light-my-request|pino)$/ }, ({ path, importer }) => {
        const found = leftOut.find(({ module, by }) => module === path && by.test(importer));
        if (found === undefined) return undefined;
        unseen.delete(found);
        return { path, namespace: 'left-out' };
      });
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: leftOut.find(({ module }) => module === path)?.instead ?? '',
        loader: 'js',
      }));
      build.onEnd(() => ({
        errors: [...unseen].map(({ module, by }) => ({ text: `nobody asks for ${module} as ${by} did` })),
      }));
    },
  };
}
