import type { Command } from 'commander';

/** `heddle facts`: what this machine tells of itself; an agent runs it inside the machine of its node. */
export function addFacts(program: Command): void {
  program
    .command('facts')
    .description('tell what this machine knows of itself: what any role may read of any node')
    .argument('[words...]', 'ip, hostname, fqdn, ssh_host_keys, memory_mb, cpus; without one: all of them')
    .addHelpText(
      'after',
      `
A JSON object: under "facts" what there is, under "absent" why this machine lacks the rest.

Examples:
  heddle facts
  heddle facts ip cpus`,
    )
    .action(print);
}

async function print(words: readonly string[]): Promise<void> {
  const { machineWords, readMachineFacts } = await import('../lazy-agent.ts');
  const unknown = words.find((word) => !machineWords.includes(word));
  if (unknown !== undefined) {
    const { HeddleError, suggest } = await import('../lazy-core.ts');
    throw new HeddleError('usage', `a machine has no fact "${unknown}"${suggest(unknown, machineWords, 'it has')}`);
  }
  const facts = await readMachineFacts(words.length === 0 ? machineWords : words);
  process.stdout.write(`${JSON.stringify(facts, null, process.stdout.isTTY ? 2 : 0)}\n`);
}
