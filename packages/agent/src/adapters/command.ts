import { access, constants } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import * as z from 'zod';
import { defineAdapter } from './adapter.ts';

const words = z.array(z.string().min(1)).min(1);
const options = z.union([words, z.strictObject({ run: words, env: z.record(z.string(), z.string()).optional() })]);

function parts(value: unknown): { run: string[]; env: Record<string, string> } {
  const parsed = options.parse(value);
  return Array.isArray(parsed) ? { run: parsed, env: {} } : { run: parsed.run, env: parsed.env ?? {} };
}

/** Any program: `heddle get` waits, `heddle set` publishes. The smallest adapter there is. */
export default defineAdapter({
  name: 'command',
  contract: 1,
  options,
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  async check({ options: value, directory }) {
    const program = parts(value).run[0] ?? '';
    if (!program.includes('/') || isAbsolute(program)) return [];
    try {
      await access(resolve(directory, program), constants.X_OK);
      return [];
    } catch {
      return [
        {
          message: `${program} is not an executable file in ${directory}`,
          next: `create it, or chmod +x ${program}`,
          at: [],
        },
      ];
    }
  },
  // A plain command has no mark of its own: it is the role whose words these are.
  detect: (command, { options: value }) => JSON.stringify(command) === JSON.stringify(parts(value).run),
  async prepare({ options: value, directory }) {
    const { run, env } = parts(value);
    return { command: run as [string, ...string[]], workingDirectory: directory, environment: env };
  },
  async wrap({ options: value, command, workingDirectory }) {
    return { command, workingDirectory, environment: parts(value).env };
  },
  explainExit: () => undefined,
});
