import { defineAdapter } from '@heddle/agent';
import { z } from 'zod';

/** Says where outputs are read, and for how many seconds they are waited for; whoever runs the node of the stack sets them. */
export const fromVariable = 'HEDDLE_OUTPUTS_FROM';
export const limitVariable = 'HEDDLE_OUTPUTS_SECONDS';

/** The role of the node that stands for a stack: copies the stack's outputs into the store. */
export default defineAdapter({
  name: 'stack',
  contract: 1,
  options: z.strictObject({}),
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  check: async () => [],
  detect: () => false,
  async prepare({ role, deployment }) {
    const names = role.outputs.map(({ name }) => name);
    return {
      command: ['heddle', 'copy-outputs', '--stack', deployment, ...names],
      // What the user has typed is meant from where it was typed.
      workingDirectory: process.cwd(),
      stdin: 'inherit',
      environment: {},
    };
  },
  explainExit: () => undefined,
});
