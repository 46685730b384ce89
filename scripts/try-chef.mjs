// Runs the specs of the shim against other series of Chef, installed from RubyGems into a folder of their own.
// node scripts/try-chef.mjs SERIES ... [-- RSPEC WORDS]     node scripts/try-chef.mjs 17 18
// The folder is HEDDLE_TRY_CHEF, or heddle-try-chef in the cache folder of the user; it may be removed at any time.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const gem = fileURLToPath(new URL('../packages/adapter-chef/gem/', import.meta.url));
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const base = process.env.HEDDLE_TRY_CHEF ?? join(cache, 'heddle-try-chef');

const words = process.argv.slice(2);
const separator = words.includes('--') ? words.indexOf('--') : words.length;
const series = words.slice(0, separator);
const specWords = words.slice(separator + 1);
if (series.length === 0 || series.some((each) => !/^\d+(\.\d+)*$/.test(each))) {
  console.error(
    'usage: node scripts/try-chef.mjs SERIES ... [-- RSPEC WORDS], such as: node scripts/try-chef.mjs 17 18',
  );
  process.exit(2);
}

const results = series.map(tryOne);
for (const { name, text } of results) console.log(`Chef ${name}: ${text}`);
process.exit(results.every(({ isGood }) => isGood) ? 0 : 1);

function tryOne(wanted) {
  const folder = join(base, wanted);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'Gemfile'),
    `source "https://rubygems.org"\n\ngem "chef-bin", "~> ${wanted}${wanted.includes('.') ? '' : '.0'}"\ngem "rspec", "~> 3.12"\n`,
  );
  const environment = {
    ...process.env,
    BUNDLE_GEMFILE: join(folder, 'Gemfile'),
    BUNDLE_PATH: join(folder, 'gems'),
    BUNDLE_APP_CONFIG: join(folder, 'bundle'),
    BUNDLE_SILENCE_ROOT_WARNING: '1',
    CHEF_LICENSE: 'accept-silent',
  };
  if (run(['bundle', 'install', '--quiet'], environment, folder) !== 0) {
    return { name: wanted, isGood: false, text: 'cannot be installed' };
  }
  const lock = readFileSync(join(folder, 'Gemfile.lock'), 'utf8');
  const name = /^ {4}chef-bin \(([^)]+)\)/m.exec(lock)?.[1] ?? wanted;
  const report = join(folder, 'rspec.json');
  rmSync(report, { force: true });
  const output = ['--format', 'progress', '--format', 'json', '--out', report];
  const code = run(['bundle', 'exec', 'rspec', ...output, ...specWords], environment, gem);
  if (!existsSync(report)) return { name, isGood: false, text: 'rspec did not run' };
  const { summary } = JSON.parse(readFileSync(report, 'utf8'));
  const { example_count: all, failure_count: failed, pending_count: pending } = summary;
  const others = [
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(summary.errors_outside_of_examples_count > 0 ? ['some files cannot be loaded'] : []),
  ];
  return {
    name,
    isGood: code === 0 && pending === 0,
    text: [`${all - failed - pending} of ${all} examples passed`, ...others].join(', '),
  };
}

function run([program, ...rest], env, cwd) {
  console.log(`== ${[program, ...rest].join(' ')}  (${env.BUNDLE_GEMFILE})`);
  const { status, error } = spawnSync(program, rest, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) console.error(error.message);
  return status;
}
