import { z } from 'zod';

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
  /** More words for ansible-playbook, before the playbook. */
  extra_args: z.array(word).optional(),
  /** The ansible-playbook to run. @default what is found, see findAnsible */
  program: word.optional(),
});

export type AnsibleOptions = z.infer<typeof ansibleOptions>;

/** The user's inventories as a list. */
export function inventories({ inventory }: AnsibleOptions): readonly string[] {
  if (inventory === undefined) return [];
  return typeof inventory === 'string' ? [inventory] : inventory;
}
