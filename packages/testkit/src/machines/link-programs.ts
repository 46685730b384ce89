import { HeddleError } from '@heddle/core';
import { runIn } from './run-in.ts';
import type { Machine } from './types.ts';

/**
 * Put programs on a machine's PATH, as the image of a real cloud brings them along.
 *
 * @param programs  Name to path; the machine has to see the path.
 * @throws HeddleError `unexpected` with what the machine said.
 */
export async function linkPrograms(machine: Machine, programs: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, path] of Object.entries(programs)) {
    const { exitCode, output } = await runIn(machine, ['ln', '-sfn', path, `/usr/local/bin/${name}`]);
    if (exitCode !== 0) throw new HeddleError('unexpected', `${machine.name}: ${output.trim()}`);
  }
}
