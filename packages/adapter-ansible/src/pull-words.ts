import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** What an ansible-pull command gets. */
export interface PullWords {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const inventoryPattern = /^(?:-i|--inventory(?:-file)?=?)(.*)$/;
const limitPattern = /^(?:-l|--limit\b)/;

/** Hosts for which ansible-pull shall run its playbook: all, because the plugins leave the tasks of other nodes out; with `-l NODE` there would be no others in the play. */
const everyHost = 'all,localhost,127.0.0.1';

/**
 * Put the inventory of a deployment into the words behind `ansible-pull`.
 *
 * It fetches the repository in a run of its own, for a host that is called like the machine, or for localhost when it is given no inventory; the
 * node may have another name. So inventories reach the playbook by the environment, the typed ones too: those that exist here with their whole path, as
 * ansible-pull runs the playbook in the repository, the others as they are, because they will be found there.
 * Lists of hosts cannot stand there, and make it all stay as typed.
 *
 * @param configured  The user's own inventories when none is typed.
 * @param file  The deployment's.
 */
export function pullWords(
  typed: readonly string[],
  configured: readonly string[],
  file: string,
  workingDirectory: string,
): PullWords {
  const rest: string[] = [];
  const named: string[] = [];
  for (let at = 0; at < typed.length; at += 1) {
    const word = typed[at] ?? '';
    const inventory = inventoryPattern.exec(word)?.[1];
    if (inventory === undefined) {
      rest.push(word);
    } else if (inventory === '') {
      at += 1;
      named.push(typed[at] ?? '');
    } else {
      named.push(inventory);
    }
  }
  const limit = typed.some((word) => limitPattern.test(word)) ? [] : ['-l', everyHost];
  if (named.some((inventory) => inventory.includes(','))) {
    return { words: [...typed, '-i', file, ...limit], environment: {} };
  }
  const found = named.map((path) => {
    const here = resolve(workingDirectory, path);
    return existsSync(here) ? here : path;
  });
  const paths = [...(named.length === 0 ? configured : found), file];
  return { words: [...rest, ...limit], environment: { ANSIBLE_INVENTORY: paths.join(',') } };
}
