import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the suites are: `SUITE/NN-name.yml`. */
export const suitesFolder = fileURLToPath(new URL('./', import.meta.url));

/** Where the tests are; some cases are one by themselves. */
const testsFolder = fileURLToPath(new URL('../', import.meta.url));

export function readAllCases() {
  const suites = readdirSync(suitesFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const tests = readdirSync(testsFolder).filter((file) => file.endsWith('.test.ts'));
  return [
    ...suites.flatMap(({ name }) =>
      readCases(name).map((one) => ({ ...one, path: `ansible-cases/${name}/${one.file}` })),
    ),
    ...tests.flatMap((file) =>
      parseCases(readFileSync(join(testsFolder, file), 'utf8'), '//', file).map((one) => ({ ...one, path: file })),
    ),
  ].sort((a, b) => a.number - b.number);
}

export function readCases(suite) {
  return readdirSync(join(suitesFolder, suite))
    .filter((file) => /^\d\d-.*\.yml$/.test(file))
    .sort()
    .flatMap((file) => {
      const cases = parseCases(readFileSync(join(suitesFolder, suite, file), 'utf8'), '#', `${suite}/${file}`);
      if (cases.length === 0) throw new Error(`${suite}/${file} does not begin with "# Case N: what it is about"`);
      return cases.map((one) => ({ ...one, file }));
    });
}

/** Read the first lines of a file, as long as they begin with a mark. Those of a file without a case may say anything. */
function parseCases(text, mark, place) {
  const cases = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${mark} `)) break;
    const words = line.slice(mark.length + 1);
    const [, number, mixed, title] = /^Case (\d+)(, mixed)?: (.+)$/.exec(words) ?? [];
    const [, field, said] = /^(2\.14|2\.19|Note): (.+)$/.exec(words) ?? [];
    if (number !== undefined) cases.push({ number: Number(number), title, isMixed: mixed !== undefined, words: {} });
    else if (cases.length === 0) break;
    else if (field !== undefined) cases.at(-1).words[field] = said;
    else throw new Error(`${place}: not a line about a case: ${line}`);
  }
  return cases;
}
