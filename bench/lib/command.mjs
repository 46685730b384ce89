import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, machineLine, processorTime } from './machine.mjs';
import { checkout } from './programs.mjs';

/**
 * The frame of every benchmark: options, machine line, measuring, `--json FILE`, exit code.
 *
 * @param about.help     What it measures and its options, without `--json` and `--help`.
 * @param about.options  As for `parseArgs`; numbers are given as text with a `default`.
 * @param about.goal     One sentence.
 * @param measure        Gets the options with whole numbers as numbers; returns the results, as plain data.
 * @param print          Prints the results.
 */
export async function benchmark({ name, help, options = {}, goal }, measure, print) {
  // Each start of Node.js would read all of its certificates, which takes longer than the rest of the start.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const values = readOptions(name, help, options);
  const machine = describeMachine();
  console.log(`${name}: ${machineLine(machine)}`);
  const before = processorTime();
  const started = Date.now();
  try {
    const results = await measure(values);
    const after = processorTime();
    const record = {
      benchmark: name,
      goal,
      command: `node ${[relative(checkout, resolve(process.argv[1])), ...process.argv.slice(2).filter(isNotJson)].join(' ')}`,
      machine: { ...machine, busyShare: (after.busy - before.busy) / (after.total - before.total) },
      seconds: Math.round((Date.now() - started) / 1000),
      results,
    };
    print(results);
    console.log(`goal: ${goal}\ntook ${record.seconds} s`);
    if (values.json !== undefined) await writeFile(values.json, formatted(record));
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    // Its scene is tidy by now; what still waits for something in the middle of it is given up.
    process.exit(error.exitCode ?? 1);
  }
}

function readOptions(name, help, options) {
  const common = { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  const parsed = tryParse(name, { ...options, ...common });
  if (parsed.help) {
    console.log(`${help.trim()}\n  --json FILE     write the results there too\n  --help          show this`);
    process.exit(0);
  }
  for (const [key, text] of Object.entries(parsed)) {
    if (typeof options[key]?.default !== 'string') continue;
    const number = Number(text);
    if (!Number.isInteger(number) || number < 0) fail(name, `--${key} takes a whole number, not ${text}`);
    parsed[key] = number;
  }
  return parsed;
}

function tryParse(name, options) {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    return fail(name, error.message);
  }
}

function fail(name, message) {
  console.error(`${name}: ${message}`);
  process.exit(2);
}

function isNotJson(word, index, words) {
  return word !== '--json' && words[index - 1] !== '--json' && !word.startsWith('--json=');
}

/** Six digits are more than any of this is worth. */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

/** JSON as the project's formatter lays it out: lists of numbers on one line. */
function formatted(record) {
  const text = JSON.stringify(record, rounded, 2);
  return `${text.replace(/\[\s+([-\d.,e\s]+?)\s+\]/g, (_list, numbers) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}
