// Write the tables of forms in docs/reference/chef.md from the examples of the gem's RSpec suite: each row is one of them.
// `--check` writes nothing and fails when the page differs. Needs the gem's bundle: npm run setup.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = new URL('../docs/reference/chef.md', import.meta.url);
const gem = fileURLToPath(new URL('../packages/adapter-chef/gem', import.meta.url));
const begin = '<!-- forms: written by scripts/gen-chef-forms.mjs -->';
const end = '<!-- end of forms -->';

const sections = {
  reads: [
    'Reads that wait',
    'Each waits where it stands, for exactly the input that it looks at. The note is what it gives.',
  ],
  silent: ['Reads that never wait', 'None of these asks for anything. The note is what it gives.'],
  values: ['Values', 'What a recipe gets, and its class.'],
  phases: ['Places in a cookbook', 'A read waits in each of them.'],
  waits: ['While a read blocks', undefined],
  writes: ['Writes', 'The note is the value that others get.'],
  silent_writes: ['Writes that publish nothing', undefined],
  held: ['What is published when', 'Held: the agent publishes it when the role has ended.'],
  failures: ['Failures', 'The run ends with an exit code other than 0 and names the line of the cookbook.'],
  bad_values: ['Values that are no data', 'As an output each ends the run, with its path and the line that wrote it.'],
  why_run: ['Why-run', undefined],
  secrets: ['Sensitive values', 'Every file and stream of the run is searched for pieces of them.'],
  loading: ['Loading the shim', undefined],
};

const rows = JSON.parse(
  execFileSync(
    'bundle',
    [
      'exec',
      'rspec',
      '--dry-run',
      '--require',
      './spec/support/forms_formatter',
      '--format',
      'FormsFormatter',
      'spec/integration',
    ],
    {
      cwd: gem,
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, BUNDLE_PATH: resolve(fileURLToPath(new URL('../.tools/chef-gems', import.meta.url))) },
    },
  ),
);
const unknown = [...new Set(rows.map((row) => row.in))].filter((name) => sections[name] === undefined);
if (unknown.length > 0) {
  console.error(`the specs name sections that scripts/gen-chef-forms.mjs does not know: ${unknown.join(', ')}`);
  process.exit(2);
}

const text = readFileSync(page, 'utf8');
const [before, rest] = split(text, begin);
const [, after] = split(rest, end);
const written = `${before}${begin}\n${tables()}\n${end}${after}`;
if (!process.argv.includes('--check')) writeFileSync(page, written);
else if (written !== text) {
  console.error('docs/reference/chef.md is out of date: run node scripts/gen-chef-forms.mjs');
  process.exitCode = 1;
}

function split(whole, mark) {
  const at = whole.indexOf(mark);
  if (at === -1) {
    console.error(`docs/reference/chef.md has no line ${mark}`);
    process.exit(2);
  }
  return [whole.slice(0, at), whole.slice(at + mark.length)];
}

function tables() {
  return Object.entries(sections)
    .map(([name, [title, words]]) => {
      const own = rows.filter((row) => row.in === name);
      if (own.length === 0) return '';
      const files = [...new Set(own.map((row) => row.file))].map(
        (file) => `[${file.replace(/.*\//, '')}](../../packages/adapter-chef/gem/${file})`,
      );
      const sentence = words === undefined ? '' : `${words} `;
      const head = `\n### ${title}\n\n${sentence}${own.length} forms, from ${files.join(' and ')}.\n\n| form | works | note |\n|---|---|---|\n`;
      return `${head}${own.map(row).join('\n')}\n`;
    })
    .join('');
}

function row({ code, words, works, note, title }) {
  const form = code === null ? (words ?? title) : `\`${code}\``;
  return `| ${cell(form)} | ${works} | ${cell(note ?? '')} |`;
}

/** A cell of a table is one line, and a bar inside it ends the cell, even in code. */
function cell(value) {
  return value.replaceAll('\n', ' ').replaceAll('|', '\\|');
}
