import type { Command } from 'commander';
import { readAssignments } from '../inside/assignments.ts';
import { lazyError } from '../lazy-error.ts';
import { callAgent, findRoleSocket } from '../socket-client.ts';

/** `heddle set`: publish outputs of the role that this process belongs to. */
export function addSet(program: Command): void {
  program
    .command('set')
    .description('publish outputs of the role that runs it')
    .argument(
      '<name=value...>',
      'NAME=TEXT, NAME:=JSON, NAME=@FILE (@- for standard input); NAME is an output of the role',
    )
    .addHelpText(
      'after',
      `
All of them are published, or none. It returns when the store has acknowledged them.

Examples, in a script that is a role of the command adapter:
  heddle set host=10.0.0.5                  text
  heddle set port:=3306 'tags:=["a", "b"]'  other types
  heddle set cert=@/etc/ssl/db.pem          a file's content, as it is`,
    )
    .action(setOutputs);
}

async function setOutputs(words: readonly string[]): Promise<void> {
  const socket = await findRoleSocket();
  if (socket === undefined) {
    throw await lazyError(
      'usage',
      'only a running role publishes, and this command runs outside one (HEDDLE_SOCKET is not set): a value set from outside would belong to no run',
      {
        next: [
          'put heddle set into the role: command: [sh, -c, "heddle set port:=3307"]',
          'a value that is known beforehand is a parameter: heddle up --set NAME=VALUE',
        ],
      },
    );
  }
  const values = await readAssignments(words);
  const outputs = Object.fromEntries([...values].map(([name, value]) => [name, { value, origin: 'written' }]));
  await callAgent(socket, 'publish', { outputs });
}
