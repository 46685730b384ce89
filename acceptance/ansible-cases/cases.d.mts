/** One behaviour of plays with Heddle, as the first lines of its playbook or test tell it. */
export interface AnsibleCase {
  readonly number: number;
  readonly title: string;
  /** Only with more than one version in a deployment. */
  readonly isMixed: boolean;
  /** What the table in docs/reference/ansible.md says besides. */
  readonly words: Readonly<Partial<Record<'2.14' | '2.19' | 'Note', string>>>;
}

/** A case of a suite. */
export interface SuiteCase extends AnsibleCase {
  /** The playbook, in the folder of the suite. */
  readonly file: string;
}

/** Where the suites are. */
export const suitesFolder: string;

/**
 * Read the cases of a suite from the first lines of its playbooks, `NN-name.yml`:
 *
 * `# Case 5: every kind of value arrives as it was written`, then what the table says besides: `# 2.14: ...`, `# 2.19: ...`, `# Note: ...`.
 * `# Case 12, mixed: ...` is about two versions in one deployment.
 */
export function readCases(suite: string): readonly SuiteCase[];

/** Read the cases of all suites, and those that tests by themselves name in their first lines, `// Case 22: ...`, in the order of their numbers. */
export function readAllCases(): readonly (AnsibleCase & {
  /** Its file, from the folder of the acceptance tests. */
  readonly path: string;
})[];
