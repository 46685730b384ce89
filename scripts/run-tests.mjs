// Runs the checks and the test suites one after the other, prints their output, and ends with one line of counts.
// node scripts/run-tests.mjs [NAME ...]   only the named ones, e.g. lint vitest

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const reports = mkdtempSync(join(tmpdir(), 'heddle-reports-'));
const rspecReport = join(reports, 'rspec.json');
const pythonReport = join(reports, 'python.json');
const newPythonReport = join(reports, 'python-2.19.json');

/** What runs once more on each store with a server: not what brings servers of its own, nor what is about cookbooks, playbooks or texts alone. */
const ownServers = ['access', 'chain', 'chain-*', 'store-outage', 'scale-rights', 'dead-store'];
const oneStore =
  `ansible-cases-* ansible-causes ansible-endings ansible-failures ansible-harmless ansible-lost ansible-preview ansible-pull ansible-share
  bad-input chef-forms curl example-* examples held-back-defaults isolation one-run`.split(/\s+/);
const acceptance = ['acceptance', ...[...ownServers, ...oneStore].flatMap(excluded)];

/** A check is one test: it passes or fails as a whole. A suite counts its own tests from its report. */
const steps = [
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
  {
    name: 'python',
    command: ['/usr/bin/python3', 'scripts/python-tests.py', pythonReport],
    count: () => JSON.parse(readFileSync(pythonReport, 'utf8')),
  },
  {
    name: 'python-2.19',
    command: ['/usr/bin/python3', 'scripts/python-tests.py', newPythonReport],
    environment: { PYTHONPATH: resolve('.tools/ansible-2.19/usr/lib/python3/dist-packages') },
    count: () => JSON.parse(readFileSync(newPythonReport, 'utf8')),
  },
  vitest('vitest', [], []),
  vitest('acceptance-zk', onStore('zk'), acceptance),
  vitest('acceptance-etcd', onStore('etcd'), acceptance),
  { name: 'demo-zk', command: [...onStore('zk'), 'node', 'scripts/demo.mjs', '--quiet'] },
  { name: 'demo-etcd', command: [...onStore('etcd'), 'node', 'scripts/demo.mjs', '--quiet'] },
  {
    name: 'rspec',
    command: ['bundle', 'exec', 'rspec', '--format', 'progress', '--format', 'json', '--out', rspecReport],
    directory: 'packages/adapter-chef/gem',
    environment: { BUNDLE_PATH: resolve('.tools/chef-gems') },
    count: () => countRspec(JSON.parse(readFileSync(rspecReport, 'utf8'))),
    failures: () => failuresOfRspec(JSON.parse(readFileSync(rspecReport, 'utf8'))),
  },
];

function excluded(name) {
  return ['--exclude', `**/${name}.test.ts`];
}

/** The words that start a store's server around a command; acceptance tests without them use the embedded store. */
function onStore(name) {
  return ['node', 'scripts/with-store.mjs', name];
}

function vitest(name, prefix, words) {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    name,
    command: [...prefix, 'node_modules/.bin/vitest', 'run', ...words, ...reporters],
    count: () => countVitest(JSON.parse(readFileSync(report, 'utf8'))),
    failures: () => failuresOfVitest(JSON.parse(readFileSync(report, 'utf8'))),
  };
}

/** One text for each failed test, and for each suite that could not be loaded: its file, its name and the start of its error. */
function failuresOfVitest({ testResults }) {
  return testResults.flatMap((file) => {
    const name = relative(process.cwd(), file.name);
    const failed = file.assertionResults.filter(({ status }) => status !== 'passed');
    if (failed.length === 0) return file.status === 'failed' ? [failureText(name, 'was not loaded', file.message)] : [];
    return failed.map(({ fullName, failureMessages }) => failureText(name, fullName, failureMessages?.join('\n')));
  });
}

function failureText(file, name, message) {
  return `${file}: ${name}\n    ${(message ?? 'was not run').slice(0, 1500).replaceAll('\n', '\n    ')}`;
}

function countVitest(report) {
  // A suite that could not be loaded has no tests: it counts as one failure, or a broken import would pass.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken + skipped };
}

function countRspec({ summary }) {
  const failed = summary.failure_count + summary.pending_count + summary.errors_outside_of_examples_count;
  return { passed: summary.example_count - summary.failure_count - summary.pending_count, failed };
}

function failuresOfRspec({ examples }) {
  return examples
    .filter(({ status }) => status !== 'passed')
    .map((example) => failureText(example.file_path, example.full_description, example.exception?.message));
}

function run(step) {
  const started = Date.now();
  console.log(`\n== ${step.name}: ${step.command.join(' ')}`);
  const result = spawnSync(step.command[0], step.command.slice(1), {
    cwd: step.directory,
    env: { ...process.env, ...step.environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.error !== undefined) console.log(`${step.name}: ${result.error.message}`);
  const isGood = result.status === 0;
  let counts = { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
  let failures = [];
  if (step.count !== undefined) {
    try {
      counts = step.count();
      failures = step.failures?.() ?? [];
      // A suite that fails without a failing test (a crash after the last one) has failed.
      if (!isGood && counts.failed === 0) counts.failed = 1;
    } catch (error) {
      console.log(`${step.name}: no report: ${error.message}`);
      counts = { passed: 0, failed: 1 };
    }
  }
  console.log(
    `== ${step.name}: ${counts.passed} passed, ${counts.failed} failed, ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  return { name: step.name, failures, ...counts };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are: ${steps.map((step) => step.name).join(', ')}`);
  process.exit(2);
}
const results = steps.filter((step) => wanted.length === 0 || wanted.includes(step.name)).map(run);
rmSync(reports, { recursive: true, force: true });
const bad = results.filter((result) => result.failed > 0);
// Here once more, as the output of a long run is often kept from its end.
for (const { name, failures } of bad) for (const failure of failures) console.log(`\nfailed in ${name}: ${failure}`);
if (bad.length > 0) console.log(`\nfailed: ${bad.map((result) => result.name).join(', ')}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(bad.length > 0 ? 1 : 0);
