import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their TypeScript sources: tests need no build, except where they start the command itself.
const conditions = ['heddle-source', 'module', 'node', 'development|production'];

/** Nothing in these changes what another one sees, and most of them compute for a moment: together they load the sources once for each worker. */
const pure = ['packages/core/test/**/*.test.ts', 'packages/heat/test/**/*.test.ts'];

/** Acceptance tests with whole Heat stacks, and those with roles of Ansible: each about as long as the rest of them. */
const heat = ['acceptance/chain*.test.ts', 'acceptance/stack-create.test.ts'];
const ansible = ['acceptance/*ansible*.test.ts', 'acceptance/example-mpi*.test.ts'];

/**
 * Acceptance tests that run on each store: embedded, ZooKeeper, etcd. Others are about cookbooks, playbooks, texts, peers, and what core makes of
 * records and values; what they need of a store is what its conformance suite demands, and what these need of it. Or they bring servers of their
 * own, as those of `access`, `scale-rights` and `store-outage` do. The demo, whose roles read each other, runs on each store, too.
 */
const stores =
  `abort ansible-all-to-all clock-jump crossed-reads deadlines deadlock killed killed-agent killed-recipe killed-writer lost never-coming
  only-the-read-waits outdated resume retry scale sensitive stopped-agent`
    .split(/\s+/)
    .map((name) => `acceptance/${name}.test.ts`);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: './vitest.global-setup.mjs',
    setupFiles: ['./vitest.setup.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One more than the cores: many tests wait for a clock of the system under test most of their time.
    maxWorkers: 3,
    // They begin in the order of their names: the longest files first, so that all workers are at work until the end.
    projects: [
      {
        extends: true,
        test: {
          name: 'acceptance',
          include: ['acceptance/**/*.test.ts'],
          exclude: [...heat, ...ansible, ...stores],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'acceptance-ansible', include: ansible, exclude: stores, isolate: false } },
      { extends: true, test: { name: 'acceptance-heat', include: heat, isolate: false } },
      { extends: true, test: { name: 'acceptance-stores', include: stores, isolate: false } },
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...pure],
        },
      },
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
    ],
  },
});
