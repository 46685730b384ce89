import { join, resolve } from 'node:path';
import { readCounts, readRspec, readVitest } from './reports.mjs';

/** The tests of a project of vitest's configuration, which says what is in each. */
const partOf = (name) => ['--project', name];

/** The words that start a store's server around a command; acceptance tests without them use the embedded store. */
const onStore = (name) => ['node', 'scripts/with-store.mjs', name];

/** Checks of the sources, one test each; the first of them build what the suites run. */
const checks = [
  { name: 'types', command: ['node_modules/.bin/tsc', '-b'] },
  { name: 'joined-modules', command: ['node', 'scripts/join-modules.mjs'] },
  { name: 'types-of-tests', command: ['node_modules/.bin/tsc', '-p', 'tsconfig.tests.json'] },
  { name: 'lint', command: ['node_modules/.bin/oxlint', '--type-aware'] },
  { name: 'format', command: ['node_modules/.bin/biome', 'check', '.'] },
  { name: 'schemas', command: ['node', 'scripts/gen-schemas.mjs', '--check'] },
  { name: 'errors-page', command: ['node', 'scripts/gen-errors.mjs', '--check'] },
  { name: 'heat-pictures', command: ['node', 'scripts/gen-heat-pictures.mjs', '--check'] },
  { name: 'chef-forms', command: ['node', 'scripts/gen-chef-forms.mjs', '--check'] },
  { name: 'ansible-cases', command: ['node', 'scripts/gen-ansible-cases.mjs', '--check'] },
  { name: 'mutants', command: ['node', 'scripts/mutants/check.mjs'] },
  { name: 'docs', command: ['node', 'scripts/check-docs.mjs'] },
  { name: 'ruby-syntax', command: ['bash', 'scripts/check-ruby.sh'] },
  { name: 'python-syntax', command: ['bash', 'scripts/check-python.sh'] },
  {
    name: 'shell-syntax',
    command: ['bash', '-c', 'for f in scripts/*.sh scripts/lib/*.sh .ci/run; do bash -n "$f" || exit 1; done'],
  },
  { name: 'packaging', command: ['node', 'scripts/check-packages.mjs'] },
];

/** How many suites run beside one another. Three times two workers of vitest keep two cores busy: many tests wait for a clock of what they test. */
const atOnce = 3;
const workers = { VITEST_MAX_WORKERS: '2' };

/** Chef is started many hundred times: it loads its sources without cleaning up its memory every few milliseconds meanwhile. */
const roomForRuby = {
  RUBY_GC_HEAP_INIT_SLOTS: '1500000',
  RUBY_GC_MALLOC_LIMIT: '268435456',
  RUBY_GC_MALLOC_LIMIT_MAX: '536870912',
  RUBY_GC_OLDMALLOC_LIMIT: '268435456',
  RUBY_GC_OLDMALLOC_LIMIT_MAX: '536870912',
};

/** It also takes what is not under test as it was compiled once, where every start has this checkout before it. */
const quickRuby = {
  ...roomForRuby,
  // Ruby would take a path with a blank for two words.
  ...(/\s/.test(resolve('.')) ? {} : { RUBYOPT: `-r${resolve('scripts/tests/compiled-ruby.rb')}` }),
  HEDDLE_COMPILED_RUBY: resolve('.tools/compiled-ruby'),
};

/**
 * Name all steps.
 *
 * @param reports  Folder for what the suites say of their tests.
 * @returns `{ first, suites, atOnce }`: `first` run one after the other; then the suites in their order, `atOnce` of them beside one another.
 *          The longest begin first.
 */
export function listSteps(reports) {
  const vitest = (name, prefix, words, ruby = roomForRuby) => {
    const report = join(reports, `${name}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const command = [...prefix, 'node_modules/.bin/vitest', 'run', ...words, ...reporters];
    return { name, command, environment: { ...ruby, ...workers }, read: () => readVitest(report) };
  };
  const python = (name, environment) => {
    const report = join(reports, `${name}.json`);
    const command = ['/usr/bin/python3', 'scripts/python-tests.py', report];
    return { name, command, environment, read: () => readCounts(report) };
  };
  const demo = (store) => ({
    name: `demo-${store}`,
    command: [...onStore(store), 'node', 'scripts/demo.mjs', '--quiet'],
    environment: quickRuby,
  });
  const rspecReport = join(reports, 'rspec.json');
  const rspec = {
    name: 'rspec',
    command: ['bundle', 'exec', 'rspec', '--format', 'progress', '--format', 'json', '--out', rspecReport],
    directory: 'packages/adapter-chef/gem',
    environment: { BUNDLE_PATH: resolve('.tools/chef-gems'), ...quickRuby },
    read: () => readRspec(rspecReport),
  };
  return {
    first: [
      ...checks,
      {
        name: 'compiled-ruby',
        command: ['.tools/chef/bin/chef-ruby', 'scripts/tests/compile-ruby.rb'],
        environment: quickRuby,
      },
      python('python', {}),
      python('python-2.19', { PYTHONPATH: resolve('.tools/ansible-2.19/usr/lib/python3/dist-packages') }),
    ],
    suites: [
      vitest('packages', [], partOf('packages')),
      vitest('acceptance', [], partOf('acceptance'), quickRuby),
      vitest('acceptance-ansible', [], partOf('acceptance-ansible')),
      vitest('acceptance-heat', [], partOf('acceptance-heat')),
      rspec,
      ...['etcd', 'zk', 'embedded'].map((store) =>
        vitest(`stores-${store}`, onStore(store), partOf('acceptance-stores'), quickRuby),
      ),
      vitest('pure', [], partOf('pure')),
      // A check that needs nothing of the others and keeps one core busy for a minute.
      { name: 'collection', command: ['bash', 'scripts/check-collection.sh'] },
      demo('zk'),
      demo('etcd'),
    ],
    atOnce,
  };
}
