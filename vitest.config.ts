import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their TypeScript sources: tests need no build, except where they start the command itself.
const conditions = ['heddle-source', 'module', 'node', 'development|production'];

/** Nothing in these changes what another one sees, and most of them compute for a moment: together they load the sources once for each worker. */
const pure = ['packages/core/test/**/*.test.ts', 'packages/heat/test/**/*.test.ts'];

/** Parts of the acceptance tests that are about as long as the rest of them: whole Heat stacks, and roles of Ansible. */
const heat = ['acceptance/chain*.test.ts', 'acceptance/stack-create.test.ts'];
const ansible = ['acceptance/*ansible*.test.ts', 'acceptance/example-mpi*.test.ts'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    setupFiles: ['./vitest.setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // One more than the cores: many tests wait for a clock of the system under test most of their time.
    maxWorkers: 3,
    // They begin in the order of their names: the longest files first, so that all workers are at work until the end.
    projects: [
      {
        extends: true,
        test: { name: 'acceptance', include: ['acceptance/**/*.test.ts'], exclude: [...heat, ...ansible] },
      },
      { extends: true, test: { name: 'ansible', include: ansible } },
      { extends: true, test: { name: 'heat', include: heat } },
      {
        extends: true,
        test: { name: 'packages', include: ['packages/*/test/**/*.test.ts'], exclude: ['**/node_modules/**', ...pure] },
      },
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
    ],
  },
});
