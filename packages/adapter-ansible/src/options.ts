import * as z from 'zod';

const word = z.string().min(1);

/** The options of an Ansible role in the deployment file. */
export const ansibleOptions = z.strictObject({
  playbook: word,
  /** The user's own inventories, files or folders: groups and variables of them count. @default what ansible.cfg names */
  inventory: z.union([word, z.array(word).min(1)]).optional(),
  /** Variables of the run, as with `-e`. */
  vars: z.record(z.string(), z.json()).optional(),
  /** Variables that its tasks set and plays of the deployment read by `hostvars` are outputs without a word. @default false */
  share: z.boolean().optional(),
  /**
   * What a play does with a variable of another host that is no output: `wait` until the Ansible roles of that host have ended, if they share.
   * Then it is undefined, as it is at once with `undefined`. @default 'undefined'
   */
  undeclared: z.enum(['undefined', 'wait']).optional(),
  /** More words for ansible-playbook, before the playbook. */
  extra_args: z.array(word).optional(),
  /** The ansible-playbook to run. @default what is found, see findAnsible */
  program: word.optional(),
});

export type AnsibleOptions = z.infer<typeof ansibleOptions>;

/** The variables of a run that tell the plugins of its options. */
export function optionsEnvironment({ undeclared }: AnsibleOptions): Readonly<Record<string, string>> {
  return undeclared === undefined ? {} : { HEDDLE_ANSIBLE_UNDECLARED: undeclared };
}

/** The user's inventories as a list. */
export function inventories({ inventory }: AnsibleOptions): readonly string[] {
  if (inventory === undefined) return [];
  return typeof inventory === 'string' ? [inventory] : inventory;
}

/** The inventories that more words for ansible-playbook name, which count besides the others. */
export function typedInventories({ extra_args = [] }: AnsibleOptions): readonly string[] {
  return extra_args.flatMap((word, index) => {
    const named = /^(?:-i|--inventory(?:-file)?(?:=|$))(.*)$/.exec(word)?.[1];
    return named === undefined ? [] : [named === '' ? (extra_args[index + 1] ?? '') : named];
  });
}
