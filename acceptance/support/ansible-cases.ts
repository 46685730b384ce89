import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the suites of cases are: `ansible-cases/SUITE/NN-name.yml`. */
export const suitesFolder = fileURLToPath(new URL('../ansible-cases/', import.meta.url));

/** The programs of both versions of ansible-core: Debian 12's, and Debian 13's that the set-up unpacks. */
export const ansiblePrograms = {
  '2.14': '/usr/bin/ansible-playbook',
  '2.19': fileURLToPath(new URL('../../.tools/ansible-2.19/bin/ansible-playbook', import.meta.url)),
} as const;

export type AnsibleVersion = keyof typeof ansiblePrograms;

/** One behaviour of plays with Heddle. A playbook describes it in its first lines, each of which begins with `#`. */
export interface AnsibleCase {
  readonly number: number;
  readonly title: string;
  /** Only with more than one version in a deployment. */
  readonly isMixed: boolean;
  /** The playbook, below its suite. */
  readonly file: string;
}

/**
 * Read the cases of a suite from the first lines of its playbooks:
 *
 * `# Case 5: every kind of value arrives as it was written`, then what the table in docs/reference/ansible.md says besides
 * (`# 2.14: ...`, `# 2.19: ...`, `# Note: ...`). `# Case 12, mixed: ...` is about two versions in one deployment.
 */
export function readCases(suite: string): readonly AnsibleCase[] {
  return readdirSync(join(suitesFolder, suite))
    .filter((file) => /^\d\d-.*\.yml$/.test(file))
    .sort()
    .flatMap((file) => parseCases(file, readFileSync(join(suitesFolder, suite, file), 'utf8')));
}

function parseCases(file: string, text: string): AnsibleCase[] {
  const lines = text.split('\n');
  const head = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  const cases = head.flatMap((line) => {
    const [, number, mixed, title = ''] = /^# Case (\d+)(, mixed)?: (.+)$/.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), title, isMixed: mixed !== undefined, file }];
  });
  if (cases.length === 0) throw new Error(`${file} does not begin with "# Case N: what it is about"`);
  return cases;
}
