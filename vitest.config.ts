import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their TypeScript sources: tests need no build, except where they start the command itself.
const conditions = ['heddle-source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'acceptance/**/*.test.ts'],
    setupFiles: ['./vitest.setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than the cores: many tests wait for a clock of the system under test most of their time.
    maxWorkers: 3,
  },
});
