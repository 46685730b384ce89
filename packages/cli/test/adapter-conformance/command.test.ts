import { adapterConformance, shellRole } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { heddleProgram } from '../support/workspace.ts';

describe('adapter conformance: command', () => {
  const cases = adapterConformance(
    { describe, it },
    {
      adapter: 'command',
      heddle: heddleProgram,
      role({ name, steps }) {
        const command = ['sh', '-e', `${name}.sh`];
        const text = shellRole(steps).join('\n');
        return { options: { run: command }, files: { [`${name}.sh`]: `${text}\n` }, command };
      },
      withoutFile: { options: { run: ['./not-there.sh'] }, file: 'not-there.sh' },
    },
  );
  it('has all its cases', () => expect(cases).toBe(18));
});
