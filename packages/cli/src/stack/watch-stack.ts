import { join } from 'node:path';
import { type Epoch, exitCodeOf, formatDuration, type Plan, type Store } from '@heddle/core';
import { stackNode } from '@heddle/heat';
import { interruption, runNode } from '../deployment/run-node.ts';
import { eventLine } from '../output/event-lines.ts';
import { fromVariable, limitVariable } from './adapter.ts';
import { openstackCommand } from './outputs-source.ts';

export interface WatchOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly plan: Plan;
  /** `--outputs-from`. @default OpenStack's client, for the stack that is named as the deployment */
  readonly from?: string;
  /** Milliseconds after which values that have not come are given up. */
  readonly limitMs: number;
}

/** True when values of the plan come from the outputs of a stack. */
export function hasStackNode({ template, nodes }: Plan): boolean {
  return template !== undefined && nodes.some(({ name }) => name === stackNode);
}

/** Run the node that stands for the stack: copy its outputs until all have come. @returns Heddle's exit code. */
export async function watchStack({ store, epoch, plan, from, limitMs }: WatchOptions): Promise<number> {
  process.env[fromVariable] = from ?? openstackCommand(plan.deployment);
  process.env[limitVariable] = String(Math.ceil(limitMs / 1000));
  process.stderr.write(`note: watches the outputs of the stack for up to ${formatDuration(limitMs)}: create it now\n`);
  const outcomes = await runNode({
    store,
    epoch,
    node: stackNode,
    directory: join('.heddle', plan.deployment, 'nodes', stackNode),
    listen: (event) => {
      const line = eventLine(event, true);
      if (line !== undefined) process.stderr.write(`${line}\n`);
    },
    signal: interruption('the watch of the stack'),
  });
  return exitCodeOf(outcomes.flatMap(({ error }) => error ?? []));
}
