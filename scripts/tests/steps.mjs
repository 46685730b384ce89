import { join, resolve } from 'node:path';
import { readCounts, readRspec, readVitest } from './reports.mjs';

/**
 * What does not run once more on each store with a server. The first bring servers of their own, as the demo does, which is `shop` on each store.
 * The others are about cookbooks, playbooks, texts and peers; what they need of a store is what the scenes that do run again need of it:
 * waits and their ends, deadlocks, secrets, gathers, retry and resume, agents that are killed, stopped or lost.
 */
const ownServers = `access chain chain-* dead-store late-values next-commands-store scale-rights shop stack-create
  store-outage`.split(/\s+/);
const oneStore =
  `ansible-any-to-any ansible-away ansible-cases-* ansible-causes ansible-delegated ansible-endings ansible-failures ansible-harmless ansible-lost
  ansible-preview ansible-pull ansible-share bad-input chef-forms chef-search curl example-* examples held-back-defaults isolation next-commands
  next-commands-deadlock nothing-declared one-run plain-chef-solo scale-peers tutorial-ansible two-tools`.split(/\s+/);

/** Beside the largest suite these have fewer workers than it. */
const acceptance = [
  'acceptance',
  '--maxWorkers=2',
  ...[...ownServers, ...oneStore].flatMap((name) => ['--exclude', `**/${name}.test.ts`]),
];

/** The words that start a store's server around a command; acceptance tests without them use the embedded store. */
const onStore = (name) => ['node', 'scripts/with-store.mjs', name];

/** Checks of the sources, one test each; the first of them compile what the suites run. */
const checks = [
  { name: 'types', command: ['node_modules/.bin/tsc', '-b'] },
  { name: 'types-of-tests', command: ['node_modules/.bin/tsc', '-p', 'tsconfig.tests.json'] },
  { name: 'lint', command: ['node_modules/.bin/oxlint', '--type-aware'] },
  { name: 'format', command: ['node_modules/.bin/biome', 'check', '.'] },
  { name: 'schemas', command: ['node', 'scripts/gen-schemas.mjs', '--check'] },
  { name: 'errors-page', command: ['node', 'scripts/gen-errors.mjs', '--check'] },
  { name: 'heat-pictures', command: ['node', 'scripts/gen-heat-pictures.mjs', '--check'] },
  { name: 'chef-forms', command: ['node', 'scripts/gen-chef-forms.mjs', '--check'] },
  { name: 'ansible-cases', command: ['node', 'scripts/gen-ansible-cases.mjs', '--check'] },
  { name: 'docs', command: ['node', 'scripts/check-docs.mjs'] },
  { name: 'ruby-syntax', command: ['bash', 'scripts/check-ruby.sh'] },
  { name: 'python-syntax', command: ['bash', 'scripts/check-python.sh'] },
  { name: 'collection', command: ['bash', 'scripts/check-collection.sh'] },
  {
    name: 'shell-syntax',
    command: ['bash', '-c', 'for f in scripts/*.sh scripts/lib/*.sh .ci/run; do bash -n "$f" || exit 1; done'],
  },
  { name: 'packaging', command: ['node', 'scripts/check-packages.mjs'] },
];

/** Chef loads its sources without cleaning up its memory every few milliseconds meanwhile: an eighth less computing for each of many hundred runs. */
const roomForRuby = {
  RUBY_GC_HEAP_INIT_SLOTS: '1500000',
  RUBY_GC_MALLOC_LIMIT: '268435456',
  RUBY_GC_MALLOC_LIMIT_MAX: '536870912',
  RUBY_GC_OLDMALLOC_LIMIT: '268435456',
  RUBY_GC_OLDMALLOC_LIMIT_MAX: '536870912',
};

/**
 * Name all steps, in lanes: those of a lane run one after the other, beside those of the other lanes.
 *
 * @param reports  Folder for what the suites say of their tests.
 * @returns `{ first, lanes }`; `first` is over before the lanes begin.
 */
export function listSteps(reports) {
  const vitest = (name, prefix, words) => {
    const report = join(reports, `${name}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const command = [...prefix, 'node_modules/.bin/vitest', 'run', ...words, ...reporters];
    return { name, command, environment: roomForRuby, read: () => readVitest(report) };
  };
  const python = (name, environment) => {
    const report = join(reports, `${name}.json`);
    const command = ['/usr/bin/python3', 'scripts/python-tests.py', report];
    return { name, command, environment, read: () => readCounts(report) };
  };
  const demo = (store) => ({
    name: `demo-${store}`,
    command: [...onStore(store), 'node', 'scripts/demo.mjs', '--quiet'],
  });
  const rspecReport = join(reports, 'rspec.json');
  const rspec = {
    name: 'rspec',
    command: ['bundle', 'exec', 'rspec', '--format', 'progress', '--format', 'json', '--out', rspecReport],
    directory: 'packages/adapter-chef/gem',
    environment: { BUNDLE_PATH: resolve('.tools/chef-gems'), ...roomForRuby },
    read: () => readRspec(rspecReport),
  };
  return {
    first: [
      ...checks,
      python('python', {}),
      python('python-2.19', { PYTHONPATH: resolve('.tools/ansible-2.19/usr/lib/python3/dist-packages') }),
    ],
    lanes: [
      [vitest('vitest', [], [])],
      [
        vitest('acceptance-zk', onStore('zk'), acceptance),
        vitest('acceptance-etcd', onStore('etcd'), acceptance),
        demo('zk'),
        demo('etcd'),
        rspec,
      ],
    ],
  };
}
