/** The locale to add to an environment, because Ansible refuses to run in one that is not UTF-8; nothing when none is set. */
export function readableLocale({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): { LC_ALL?: string } {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale === '' || /utf-?8/i.test(locale) ? {} : { LC_ALL: 'C.UTF-8' };
}
