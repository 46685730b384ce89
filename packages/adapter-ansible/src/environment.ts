import { collectionsRoot } from './assets.ts';
import type { AnsibleSettings } from './settings.ts';

/**
 * Write the environment by which a run loads the plugins, beside those of the user. Ansible's variables beat every ansible.cfg.
 *
 * @param inherited  What the run would have without it.
 */
export function pluginEnvironment(settings: AnsibleSettings, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const list = (own: readonly string[], ours: string) => [...own.filter((name) => name !== ours), ours].join(',');
  const root = collectionsRoot();
  const { callbacks, varsPlugins, collections, inventoryPlugins, cache } = settings;
  return {
    ANSIBLE_COLLECTIONS_PATH: [root, ...collections.filter((path) => path !== root)].join(':'),
    ANSIBLE_CALLBACKS_ENABLED: list(callbacks, 'heddle.heddle.agent'),
    // Last: from ansible-core 2.19 on the later plugin wins.
    ANSIBLE_VARS_ENABLED: list(varsPlugins, 'heddle.heddle.deployment'),
    ANSIBLE_CACHE_PLUGIN: 'heddle.heddle.facts',
    ANSIBLE_STRATEGY: 'heddle.heddle.pull',
    ...(cache === 'heddle.heddle.facts' ? {} : { HEDDLE_ANSIBLE_CACHE: cache }),
    ...(readsYaml(inventoryPlugins) ? {} : { ANSIBLE_INVENTORY_ENABLED: list(inventoryPlugins, 'yaml') }),
    ...(isUtf8(inherited) ? {} : { LC_ALL: 'C.UTF-8' }),
  };
}

function readsYaml(plugins: readonly string[]): boolean {
  return plugins.includes('yaml') || plugins.includes('ansible.builtin.yaml');
}

/** Ansible refuses to run in a locale that is not UTF-8; none at all is none of that kind. */
function isUtf8({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
}
