import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their TypeScript sources: tests need no build, except where they start the command itself.
const conditions = ['heddle-source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'acceptance/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: real Chef runs and machines would only slow each other down.
    maxWorkers: 2,
  },
});
