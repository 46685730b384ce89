// Looks whether what each mutant changes is in the sources, once. node scripts/mutants/check.mjs   ends with 1 when something is not.

import { readFileSync } from 'node:fs';
import { mutants } from './list.mjs';
import { simulated } from './simulated.mjs';

const root = new URL('../../', import.meta.url);
const problems = [...mutants, ...simulated].flatMap((mutant) =>
  (mutant.changes ?? [mutant]).flatMap(({ file, find }) => {
    const times = readFileSync(new URL(file, root), 'utf8').split(find).length - 1;
    return times === 1 ? [] : [`${mutant.name}: its text is ${times} times in ${file}`];
  }),
);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
