// What the reports of the test runners say: how many tests passed and failed, and of each that failed its file, its name and the start of its error.
// A skipped or pending test has failed.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Give the counts that stand in a report as they are: `{ passed, failed }`. */
export function readCounts(file) {
  return { ...read(file), failures: [] };
}

/** Read a report of vitest: `{ passed, failed, failures }`. */
export function readVitest(file) {
  const report = read(file);
  // A suite that could not be loaded has no tests: it counts as one failure, or a broken import would pass.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length + skipped,
    failures: report.testResults.flatMap(failuresOfFile),
  };
}

function failuresOfFile({ name: path, status, message, assertionResults }) {
  const name = relative(process.cwd(), path);
  const failed = assertionResults.filter((test) => test.status !== 'passed');
  if (failed.length === 0) return status === 'failed' ? [failureText(name, 'was not loaded', message)] : [];
  return failed.map(({ fullName, failureMessages }) => failureText(name, fullName, failureMessages?.join('\n')));
}

/** Read a report of rspec: `{ passed, failed, failures }`. */
export function readRspec(file) {
  const { summary, examples } = read(file);
  const { example_count: count, failure_count: failed, pending_count: pending } = summary;
  return {
    passed: count - failed - pending,
    failed: failed + pending + summary.errors_outside_of_examples_count,
    failures: examples
      .filter(({ status }) => status !== 'passed')
      .map((example) => failureText(example.file_path, example.full_description, example.exception?.message)),
  };
}

function failureText(file, name, message) {
  return `${file}: ${name}\n    ${(message ?? 'was not run').slice(0, 1500).replaceAll('\n', '\n    ')}`;
}
