import { hostname } from 'node:os';
import { formatPath, HeddleError, joinWords } from '@heddle/core';
import * as z from 'zod';
import { machineAddress } from '../machine/address.ts';
import { type AdapterContext, defineAdapter } from './adapter.ts';

const facts: ReadonlyMap<string, () => Promise<string>> = new Map([
  ['name', async () => hostname()],
  ['first_address', firstAddress],
]);

/** What the machine knows of itself, as the first role of a node: runs no CM tool, its outputs' paths name the facts. */
export default defineAdapter({
  name: 'machine',
  contract: 1,
  options: z.strictObject({}),
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  async check({ role }) {
    return unknownFacts(role).map((name) => ({
      message: `a machine has no fact ${name}; there are ${joinWords([...facts.keys()])}`,
    }));
  },
  detect: () => false,
  async prepare({ role, nodeDirectory }) {
    const words: string[] = [];
    for (const output of role.outputs) {
      const fact = facts.get(formatPath(output.path));
      if (fact === undefined)
        throw new HeddleError('config-invalid', `a machine has no fact ${formatPath(output.path)}`);
      words.push(`${output.name}=${await fact()}`);
    }
    return { command: ['heddle', 'set', ...words], workingDirectory: nodeDirectory, environment: {} };
  },
  async gatherFacts({ role, nodeDirectory }) {
    const words = role.outputs.map(({ path }) => formatPath(path));
    return { command: ['heddle', 'facts', ...words], workingDirectory: nodeDirectory, environment: {} };
  },
  explainExit: () => undefined,
});

function unknownFacts(role: AdapterContext['role']): readonly string[] {
  return role.outputs.map(({ path }) => formatPath(path)).filter((name) => !facts.has(name));
}

/** The IPv4 address under which other machines reach this one. */
async function firstAddress(): Promise<string> {
  const address = await machineAddress();
  if (address !== undefined) return address;
  throw new HeddleError('config-invalid', `the machine ${hostname()} has no IPv4 address that others could reach`, {
    next: ['connect it to a network: the template gives the server its networks'],
  });
}
