import { programOf } from './programs.ts';

/** Words with which a program of Ansible changes nothing, with the shortest form that its parser takes for them. */
const showing: Readonly<Record<'ansible-playbook' | 'ansible-pull', readonly (readonly [string, string])[]>> = {
  'ansible-playbook': [
    ['--check', '--ch'],
    ['--list-hosts', '--list-h'],
    ['--list-tags', '--list-tag'],
    ['--list-tasks', '--list-tas'],
    ['--syntax-check', '--sy'],
    ['--version', '--vers'],
    ['--help', '--h'],
  ],
  'ansible-pull': [
    ['--check', '--check'],
    ['--version', '--vers'],
    ['--help', '--h'],
  ],
};

/** Among short options in one word, before one that takes the rest of the word as its value; `-C` of ansible-pull is a checkout. */
const shortPatterns = { 'ansible-playbook': /^-[^-MTceflitu]*[Ch]/, 'ansible-pull': /^-[^-CMTUcdefilmstu]*h/ } as const;

/** True when a command line only shows what a run of a role would do. */
export function isPreview(command: readonly string[]): boolean {
  const found = programOf(command);
  if (found === undefined) return false;
  const isShowing = (word: string) =>
    shortPatterns[found.name].test(word) ||
    showing[found.name].some(([whole, shortest]) => whole.startsWith(word) && word.startsWith(shortest));
  return found.words.some(isShowing);
}
