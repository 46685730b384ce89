import type { GraphEdge, GraphRole } from '@heddle/core';

interface BoxColours {
  readonly fill: string;
  readonly line: string;
}

/** Dark text is readable on each of the fills (contrast 7:1 and more). */
export const stateColours: Readonly<Record<NonNullable<GraphRole['state']>, BoxColours>> = {
  pending: { fill: '#f3f4f6', line: '#9ca3af' },
  running: { fill: '#dbeafe', line: '#2563eb' },
  waiting: { fill: '#fef3c7', line: '#b45309' },
  done: { fill: '#dcfce7', line: '#15803d' },
  failed: { fill: '#fee2e2', line: '#b91c1c' },
  lost: { fill: '#fee2e2', line: '#b91c1c' },
  aborted: { fill: '#fee2e2', line: '#b91c1c' },
};

export const plainColours: BoxColours = { fill: '#ffffff', line: '#4b5563' };

export function roleColours({ state, outdated = 0, isCritical }: GraphRole): BoxColours {
  if (isCritical === true) return { ...plainColours, line: criticalColour };
  // What has read an old value needs to be seen to, as what waits.
  if (state === 'done' && outdated > 0) return stateColours.waiting;
  return state === undefined ? plainColours : stateColours[state];
}

/** The colour of what is on the critical path of a plan. */
const criticalColour = '#b91c1c';

/** The colour of an edge and of its words. */
export function edgeColour({ isStuck, waiting, isCyclic, isCritical, kind }: GraphEdge): string {
  if (isStuck) return '#b91c1c';
  if (isCritical === true) return criticalColour;
  if (waiting > 0) return '#b45309';
  if (isCyclic && kind !== 'order') return '#7e22ce';
  return kind === 'input' ? '#374151' : '#6b7280';
}
