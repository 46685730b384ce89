// npm run test:chef-specs DIR [-- --prove] [-- --gems FOLDER]: run the specs of Chef itself, in a checkout of it at DIR, without
// the shim and with its hooks on every node, and compare the results example by example.
// --prove: also run them with hooks that are wrong on purpose, and see that each is noticed.
// --gems: where bundler puts what the specs need (about 100 MB; default .tools/chef-specs).
// Ends with 1 when an example differs, when no hook was called, or when a wrong hook goes unnoticed.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, outcomesOf, totals } from './chef-specs/compare.mjs';

const root = new URL('..', import.meta.url).pathname;
const gem = join(root, 'packages/adapter-chef/gem');
const own = join(root, 'scripts/chef-specs');

/** Files and folders below spec/unit. */
const specs = [
  'node_spec.rb',
  'node',
  'recipe_spec.rb',
  'run_context_spec.rb',
  'run_context',
  'lwrp_spec.rb',
  'provider/template_spec.rb',
  'provider/template',
  'resource/template_spec.rb',
  'policy_builder_spec.rb',
  'policy_builder',
  'search',
].map((name) => `spec/unit/${name}`);

/** Enough to notice a wrong hook. */
const nodeSpecs = ['spec/unit/node_spec.rb', 'spec/unit/node'];

const { values: options, positionals } = parseArgs({
  options: { prove: { type: 'boolean', default: false }, gems: { type: 'string' } },
  allowPositionals: true,
});
if (positionals.length !== 1) fail('usage: npm run test:chef-specs DIR [-- --prove] [-- --gems FOLDER]', 2);
const checkout = resolve(positionals[0]);
const gems = resolve(options.gems ?? join(root, '.tools/chef-specs'));
refuseOtherVersions();

const reports = mkdtempSync(join(tmpdir(), 'heddle-chef-specs-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

const environment = {
  ...process.env,
  BUNDLE_GEMFILE: join(gems, 'Gemfile'),
  BUNDLE_PATH: gems,
  BUNDLE_APP_CONFIG: join(gems, 'bundle'),
  BUNDLE_SILENCE_ROOT_WARNING: '1',
  CHEF_CHECKOUT: checkout,
};

install();
const plain = examples('without the shim', specs);
const shimmed = examples('with the shim', specs, { shim: true });
const found = differences(plain.outcomes, shimmed.outcomes);
for (const { id, title, before, after } of found)
  console.log(`${id} ${title}\n  without: ${before}\n  with:    ${after}`);
const calls = Object.values(shimmed.calls).reduce((sum, count) => sum + count, 0);
console.log(`calls of the hooks: ${calls}`);
for (const [hook, count] of Object.entries(shimmed.calls)) console.log(`  ${String(count).padStart(8)} ${hook}`);
console.log(`${found.length} of ${plain.outcomes.size} examples differ`);
let isGood = found.length === 0 && calls > 0 && plain.outcomes.size > 0;
if (options.prove) {
  for (const wrong of readdirSync(join(own, 'wrong-hooks'))) isGood = isNoticed(wrong.replace('.rb', '')) && isGood;
}
process.exit(isGood ? 0 : 1);

function refuseOtherVersions() {
  const installed = /^ {4}chef \(([\d.]+)\)$/m.exec(readFileSync(join(gem, 'Gemfile.lock'), 'utf8'))[1];
  const file = join(checkout, 'VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  if (found === installed) return;
  const what = found === undefined ? 'no checkout of Chef' : `Chef ${found}, and ${installed} is installed`;
  fail(
    `${checkout} is ${what}: git clone --depth 1 --branch v${installed} https://github.com/chef/chef ${checkout}-${installed}`,
    2,
  );
}

function install() {
  console.log(`bundler: what the specs need, into ${gems}`);
  mkdirSync(gems, { recursive: true });
  // Bundler writes its lock file beside it.
  cpSync(join(own, 'Gemfile'), join(gems, 'Gemfile'));
  const { status } = spawnSync('bundle', ['install', '--quiet'], { env: environment, stdio: 'inherit' });
  if (status !== 0) fail(`bundler could not install what the specs need into ${gems}`, 1);
}

/** Run the specs; answers their outcomes and, with the shim, how often each hook was called. */
function examples(what, files, { shim = false, wrongHook } = {}) {
  const report = join(reports, 'report.json');
  const counts = join(reports, 'counts.json');
  const shimWords = shim ? ['-r', join(own, 'with-shim.rb')] : [];
  const words = ['exec', 'rspec', '--order', 'defined', '--format', 'json', '--out', report, ...shimWords, ...files];
  rmSync(report, { force: true });
  const { stderr } = spawnSync('bundle', words, {
    cwd: checkout,
    env: {
      ...environment,
      HEDDLE_GEM: gem,
      HEDDLE_HOOK_COUNTS: counts,
      ...(wrongHook === undefined ? {} : { HEDDLE_WRONG_HOOK: wrongHook }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (!existsSync(report)) fail(`${what}: RSpec wrote no report:\n${stderr}`, 1);
  const outcomes = outcomesOf(JSON.parse(readFileSync(report, 'utf8')));
  console.log(`${what}: ${totals(outcomes)}`);
  return { outcomes, calls: shim ? JSON.parse(readFileSync(counts, 'utf8')) : {} };
}

function isNoticed(wrongHook) {
  const { outcomes } = examples(`with the wrong hook ${wrongHook}`, nodeSpecs, { shim: true, wrongHook });
  const same = new Map([...plain.outcomes].filter(([id]) => outcomes.has(id)));
  const count = differences(same, outcomes).length;
  console.log(
    `wrong hook ${wrongHook}: ${count} of ${outcomes.size} examples differ${count === 0 ? ': UNNOTICED' : ''}`,
  );
  return count > 0;
}

function fail(message, status) {
  console.error(message);
  process.exit(status);
}
