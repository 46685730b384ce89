import { formatDuration, type PathStep, type WaveRole } from '@heddle/core';
import type { PlanEdge, PlanReport } from '../views/plan.ts';
import { counted } from './counted.ts';
import { plainTable } from './table.ts';

const mostNamed = 3;
const mostUnread = 12;

/** Write when the roles of a plan can run: waves, the critical path, and what nobody reads. */
export function planText(report: PlanReport): string {
  const { deployment, nodes, roles, waves, unread, readByName, found } = report;
  const numbered = waves.filter(({ wave }) => wave > 0).length;
  return [
    `${deployment}: ${counted(nodes, 'node')}, ${counted(roles, 'role')}, ${counted(numbered, 'wave')}`,
    edgeCounts(report.edges),
    '',
    waveTable(report),
    '',
    ...pathLines(report),
    ...(unread.length === 0 ? [] : ['', `outputs that no input reads: ${firstOf(unread, mostUnread)}`]),
    ...(readByName.length === 0
      ? []
      : [
          '',
          `not in the plan: what ${firstOf(readByName, mostNamed)} may read by name (search of Chef, hostvars of Ansible)`,
        ]),
    ...(found.length === 0 ? [] : [`found for such reads: ${firstOf(found, mostUnread)}`]),
    '',
  ].join('\n');
}

function edgeCounts(edges: readonly PlanEdge[]): string {
  const count = (kind: PlanEdge['kind']): number => edges.filter((edge) => edge.kind === kind).length;
  return `edges: ${count('static')} static, ${count('input')} at run time, ${count('after')} after, ${count('order')} by the order on a node`;
}

function waveTable({ waves, edges }: PlanReport): string {
  const table = plainTable(['WAVE', 'ROLE', 'STARTS', 'NEEDS']);
  const needs = new Map<string, PlanEdge[]>();
  for (const edge of edges) needs.set(edge.to, [...(needs.get(edge.to) ?? []), edge]);
  for (const { wave, roles } of waves) {
    for (const role of roles) {
      const starts = wave === 0 ? 'with its agent' : role.starts === 1 ? 'at once' : `after wave ${role.starts - 1}`;
      table.push([String(wave), nameOf(role), starts, needsText(needs.get(drawnName(role, needs)) ?? [])]);
    }
  }
  return table.toString();
}

/** Members that differ in their wave are drawn as one all the same. */
function drawnName({ id, nodes, role }: WaveRole, needs: ReadonlyMap<string, unknown>): string {
  if (needs.has(id)) return id;
  const group = (nodes[0] ?? '').replace(/-\d+$/, '');
  return `${group}[*].${role}`;
}

function nameOf({ id, nodes, role }: WaveRole): string {
  if (nodes.length === 1) return id;
  if (id.includes('[*]')) return `${id} (${nodes.length})`;
  return `${firstOf(nodes, mostNamed)}: ${role}`;
}

function needsText(edges: readonly PlanEdge[]): string {
  const words = edges.map(({ from, kind, outputs, isCyclic }) => {
    if (kind === 'after' || kind === 'order')
      return `${from} (${kind === 'after' ? 'after' : 'before it on its node'})`;
    if (kind === 'static') return `${firstOf(outputs, mostNamed)} (by Heat)`;
    return `${from}: ${firstOf(outputs, mostNamed)}${isCyclic ? ' (cycle)' : ''}`;
  });
  return words.length === 0 ? '-' : firstOf(words, mostNamed, '; ');
}

function pathLines({ criticalPath, measuredIn }: PlanReport): readonly string[] {
  const { unit, length, steps, unknown } = criticalPath;
  const isTime = unit === 'ms';
  const table = plainTable([isTime ? 'WORKS' : 'ROLES', 'ROLE', 'BECAUSE']);
  for (const [index, step] of steps.entries()) {
    table.push([
      isTime ? formatDuration(step.length) : String(step.length),
      `${step.node}.${step.role}`,
      becauseText(step, steps[index - 1]),
    ]);
  }
  return [
    isTime
      ? `critical path: ${formatDuration(length)}, as long as the roles worked in epoch ${measuredIn}`
      : `critical path: ${counted(length, 'role')}`,
    table.toString(),
    ...(unknown.length === 0 ? [] : [`no duration is known of ${firstOf(unknown, mostNamed)}: counted as 0s`]),
  ];
}

function becauseText({ because, output }: PathStep, before: PathStep | undefined): string {
  if (because === undefined) return 'it waits for no end of another one';
  const other = before === undefined ? '' : `${before.node}.${before.role}`;
  switch (because) {
    case 'input':
      return `it reads ${output ?? 'a value'} of ${other}`;
    case 'after':
      return `it starts after ${other}`;
    case 'order':
      return `${other} comes before it on its node`;
  }
}

function firstOf(names: readonly string[], most: number, separator = ', '): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(separator)}${more > 0 ? ` and ${more} more` : ''}`;
}
