import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** The programs of steps that run, and where each writes its output; undefined: on this program's own. */
const running = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const [child, log] of running) {
      child.kill(signal);
      // Whoever ends a run wants to see how far it has come.
      if (log !== undefined) process.stdout.write(readFileSync(log));
    }
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * Run a step to its end; gives its name, its counts and the texts of its failures.
 *
 * @param step     `{ name, command, directory?, environment?, read? }`; `read` gives `{ passed, failed, failures }` from the step's report.
 *                 Without it the step is one test, which passes or fails as a whole.
 * @param options  `logs`: a folder for what it prints; it is then shown in one piece when the step has ended, as others print meanwhile.
 */
export async function runStep(step, { logs } = {}) {
  const started = Date.now();
  const head = `\n== ${step.name}: ${step.command.join(' ')}`;
  const log = logs && join(logs, `${step.name}.log`);
  console.log(log === undefined ? head : `\n-- ${step.name} has begun`);
  const exitCode = await run(step, log);
  const counts = read(step, exitCode);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (log !== undefined) {
    console.log(head);
    process.stdout.write(readFileSync(log));
    rmSync(log);
  }
  if (counts.problem !== undefined) console.log(`${step.name}: ${counts.problem}`);
  console.log(`== ${step.name}: ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
  return { name: step.name, ...counts };
}

async function run({ command: [program, ...words], directory, environment }, log) {
  const output = log === undefined ? 'inherit' : openSync(log, 'w');
  const child = spawn(program, words, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', output, output],
  });
  running.set(child, log);
  try {
    const [code] = await once(child, 'exit');
    return code;
  } catch (error) {
    return error.message;
  } finally {
    running.delete(child);
    if (log !== undefined) closeSync(output);
  }
}

function read({ read: readReport }, exitCode) {
  const isGood = exitCode === 0;
  const problem = typeof exitCode === 'string' ? { problem: exitCode } : {};
  const whole = { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, failures: [], ...problem };
  if (readReport === undefined) return whole;
  try {
    const counts = { ...readReport(), ...problem };
    // A suite that fails without a failing test (a crash after the last one) has failed.
    return isGood || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } catch (error) {
    return { passed: 0, failed: 1, failures: [], problem: problem.problem ?? `no report: ${error.message}` };
  }
}
