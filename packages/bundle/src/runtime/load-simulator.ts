import { HeddleError } from '@heddle/core';

/** Stands for the simulator, which is for whoever writes a deployment; a machine that runs roles simulates none. */
export async function loadSimulator(): Promise<never> {
  throw new HeddleError('tool-missing', 'this heddle is one file for machines, which simulates no deployments', {
    next: ['heddle sim FILE  of an installed Heddle'],
  });
}
