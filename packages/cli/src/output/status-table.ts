import { formatDuration, type RoleView, type StatusView, unreadText } from '@heddle/core';
import pc from 'picocolors';
import { supersededText } from './superseded-text.ts';
import { cut, plainTable, type TableOptions } from './table.ts';

/** Write the status of a deployment as a table, one role a line. */
export function statusTable(view: StatusView, options: TableOptions = {}): string {
  const table = plainTable([...heads, 'NOW']);
  const rows = view.roles.map((role) => [
    role.node,
    role.role,
    role.state,
    duration(role.elapsedMs),
    duration(waitedMs(role)),
  ]);
  const used = heads.reduce(
    (sum, head, column) => sum + Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)) + gap,
    0,
  );
  for (const [index, role] of view.roles.entries()) {
    const [node, name, , time, waited] = rows[index] as [string, string, string, string, string];
    const now = firstLine(doing(role));
    // A pipe or a file has no edge: there the whole line stands.
    const shown = options.width === undefined ? now : cut(now, Math.max(20, options.width - used));
    table.push([node, name, colourState(role.state, options.colour), time, waited, shown]);
  }
  return table.toString();
}

const heads = ['NODE', 'ROLE', 'STATE', 'TIME', 'WAITED'];
/** Outputs and producers of a wait that a line names. */
const mostNamed = 3;
/** Blanks between two columns. */
const gap = 2;

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function duration(ms: number | undefined): string {
  return ms === undefined ? '-' : formatDuration(Math.round(ms / 100) * 100);
}

/** While a role waits, its record does not yet hold this wait: count the one that is going on. */
function waitedMs(role: RoleView): number | undefined {
  const current = Math.max(0, ...role.waits.map((wait) => wait.waitedMs));
  if (role.blockedMs === undefined && current === 0) return undefined;
  return (role.blockedMs ?? 0) + current;
}

function doing(role: RoleView): string {
  const [wait] = role.waits;
  if (wait !== undefined) {
    const since = formatDuration(Math.round(wait.waitedMs / 1000) * 1000);
    const producers = [...new Set(wait.producers)];
    const still =
      wait.held === undefined
        ? ''
        : `; ${firstOf(wait.held, wait.held.length)} has only a default so far, and is held back until the role ends`;
    return `waits ${since} for ${firstOf(wait.missing, wait.missingCount)} from ${firstOf(producers, wait.missingCount > wait.missing.length ? undefined : producers.length)}${still}`;
  }
  // Node and role stand in the same line.
  if (role.error !== undefined) return role.error.message.replace(`${role.node} role ${role.role} `, '');
  if (role.state === 'running') return [role.step ?? '', ...updatedOf(role)].join(' ');
  if (role.outdated.length > 0) return `outdated: ${supersededText(role.outdated)}`;
  return [
    ...(role.unwritten.length > 0 ? [`did not write ${role.unwritten.join(', ')}`] : []),
    ...(role.unread.length > 0 ? [`did not read ${unreadText(role.unread)}`] : []),
    ...(role.defaulted.length > 0 ? [`took the default of ${role.defaulted.join(', ')}`] : []),
  ].join('; ');
}

function updatedOf({ updated = 0 }: RoleView): string[] {
  return updated === 0 ? [] : [`(${updated} updated)`];
}

/** The first few names, and how many more there are; without a count nobody knows. */
function firstOf(names: readonly string[], count: number | undefined): string {
  const shown = names.slice(0, mostNamed);
  if (count === undefined) return `${shown.join(', ')} and others`;
  return `${shown.join(', ')}${count > shown.length ? ` and ${count - shown.length} more` : ''}`;
}

function colourState(state: RoleView['state'], colour: boolean | undefined): string {
  const colours = pc.createColors(colour ?? (process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined));
  switch (state) {
    case 'done':
      return colours.green(state);
    case 'waiting':
      return colours.yellow(state);
    case 'failed':
    case 'lost':
    case 'aborted':
      return colours.red(state);
    default:
      return state;
  }
}
