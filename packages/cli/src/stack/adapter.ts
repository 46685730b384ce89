import { defineAdapter } from '@heddle/agent';
import * as z from 'zod';

/** Says where outputs are read, and for how many seconds they are waited for; whoever runs the node of the stack sets them. */
export const fromVariable = 'HEDDLE_OUTPUTS_FROM';
export const limitVariable = 'HEDDLE_OUTPUTS_SECONDS';

const stackOptions = z.strictObject({
  /** Outputs with a value for each member of a group. */
  of_members: z.array(z.string()).default([]),
});

/** The role of the node that stands for a stack: copies the stack's outputs into the store. */
export default defineAdapter({
  name: 'stack',
  contract: 1,
  options: stackOptions,
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  check: async () => [],
  detect: () => false,
  async prepare({ role, options, deployment }) {
    const names = role.outputs.map(({ name }) => name);
    const { of_members: ofMembers } = stackOptions.parse(options);
    const marks = ofMembers.flatMap((name) => ['--of-members', name]);
    return {
      command: ['heddle', 'copy-outputs', '--stack', deployment, ...marks, ...names],
      // What the user has typed is meant from where it was typed.
      workingDirectory: process.cwd(),
      stdin: 'inherit',
      environment: {},
    };
  },
  explainExit: () => undefined,
});
