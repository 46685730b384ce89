import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the suites are: `SUITE/NN-name.yml`. */
export const suitesFolder = fileURLToPath(new URL('./', import.meta.url));

export function readSuites() {
  return readdirSync(suitesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readCases(name))
    .sort((a, b) => a.number - b.number);
}

export function readCases(suite) {
  return readdirSync(join(suitesFolder, suite))
    .filter((file) => /^\d\d-.*\.yml$/.test(file))
    .sort()
    .flatMap((file) => parseCases(suite, file, readFileSync(join(suitesFolder, suite, file), 'utf8')));
}

function parseCases(suite, file, text) {
  const cases = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('#')) break;
    const [, number, mixed, title] = /^# Case (\d+)(, mixed)?: (.+)$/.exec(line) ?? [];
    const [, field, words] = /^# (2\.14|2\.19|Note): (.+)$/.exec(line) ?? [];
    if (number !== undefined) {
      cases.push({ number: Number(number), title, isMixed: mixed !== undefined, suite, file, words: {} });
    } else if (field !== undefined && cases.length > 0) cases.at(-1).words[field] = words;
    else throw new Error(`${suite}/${file}: not a line about a case: ${line}`);
  }
  if (cases.length === 0) throw new Error(`${suite}/${file} does not begin with "# Case N: what it is about"`);
  return cases;
}
