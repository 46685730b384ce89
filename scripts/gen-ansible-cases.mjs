// Write the table of cases in docs/reference/ansible.md from the first lines of their playbooks, acceptance/ansible-cases/SUITE/NN-name.yml, and of tests.
// `--check` writes nothing and fails when the page differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { readAllCases } from '../acceptance/ansible-cases/cases.mjs';

const page = new URL('../docs/reference/ansible.md', import.meta.url);
const begin = '<!-- cases: written by scripts/gen-ansible-cases.mjs -->';
const end = '<!-- end of cases -->';

const cases = readAllCases();
const twice = cases.find(({ number }, index) => number === cases[index - 1]?.number);
if (twice !== undefined) stop(`two files are case ${twice.number}`);

const text = readFileSync(page, 'utf8');
const [before, rest] = split(text, begin);
const [, after] = split(rest, end);
const written = `${before}${begin}\n\n${table()}\n\n${end}${after}`;
if (!process.argv.includes('--check')) writeFileSync(page, written);
else if (written !== text) {
  console.error('docs/reference/ansible.md is out of date: run node scripts/gen-ansible-cases.mjs');
  process.exitCode = 1;
}

function split(whole, mark) {
  const at = whole.indexOf(mark);
  if (at === -1) stop(`docs/reference/ansible.md has no line ${mark}`);
  return [whole.slice(0, at), whole.slice(at + mark.length)];
}

function table() {
  const rows = cases.map(({ number, title, path, words }) => {
    const link = `[${number}](../../acceptance/${path})`;
    const cells = [link, title, words['2.14'] ?? 'yes', words['2.19'] ?? 'yes', words.Note ?? ''];
    // A bar ends a cell, even in code.
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| case | what | 2.14 | 2.19 | note |', '|---|---|---|---|---|', ...rows].join('\n');
}

function stop(why) {
  console.error(why);
  process.exit(2);
}
