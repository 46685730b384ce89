const programPattern = /(?:^|\/)(ansible-playbook|ansible-pull)$/;

/** A program of Ansible that runs playbooks, in a command line. */
export interface AnsibleProgram {
  readonly name: 'ansible-playbook' | 'ansible-pull';
  /** Its place among the words of the command. */
  readonly at: number;
  /** As it was typed: a name or a path. */
  readonly typed: string;
  /** What stands behind it. */
  readonly words: readonly string[];
}

/** Find the program of Ansible that a command line runs, behind `sudo -E` and the like; undefined when it runs none. */
export function programOf(command: readonly string[]): AnsibleProgram | undefined {
  const at = command.findIndex((word) => programPattern.test(word));
  const typed = command[at];
  if (typed === undefined) return undefined;
  const name = typed.endsWith('ansible-pull') ? 'ansible-pull' : 'ansible-playbook';
  return { name, at, typed, words: command.slice(at + 1) };
}
