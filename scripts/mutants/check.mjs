// Looks whether what each mutant changes is in the sources, once. node scripts/mutants/check.mjs   ends with 1 when something is not.

import { readFileSync } from 'node:fs';
import { mutants } from './list.mjs';
import { unclearPlace } from './place.mjs';
import { simulated } from './simulated.mjs';

const root = new URL('../../', import.meta.url);
const problems = [...mutants, ...simulated].flatMap((mutant) =>
  (mutant.changes ?? [mutant]).flatMap((change) => {
    const unclear = unclearPlace(change, readFileSync(new URL(change.file, root), 'utf8'));
    return unclear === undefined ? [] : [`${mutant.name}: ${unclear}`];
  }),
);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
