import { fileURLToPath } from 'node:url';

/** The programs of both versions of ansible-core: Debian 12's, and Debian 13's that the set-up unpacks. */
export const ansiblePrograms = {
  '2.14': '/usr/bin/ansible-playbook',
  '2.19': fileURLToPath(new URL('../../.tools/ansible-2.19/bin/ansible-playbook', import.meta.url)),
} as const;

export type AnsibleVersion = keyof typeof ansiblePrograms;
