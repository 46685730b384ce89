import { formatDuration, type StatusView } from '@heddle/core';
import { plainTable } from './table.ts';

/** Inputs that are named. */
const mostNamed = 3;

/**
 * Write how a deployment ended: per role the time it ran and the time it was blocked.
 *
 * @param warnings  How many were printed on the way: a role may have ended well and still be wrong.
 */
export function summaryText(view: StatusView, warnings: number): string {
  const table = plainTable(['NODE', 'ROLE', 'END', 'RAN', 'BLOCKED']);
  for (const role of view.roles) {
    const blockedMs = role.blockedMs ?? 0;
    const ranMs = role.elapsedMs === undefined ? undefined : role.elapsedMs - blockedMs;
    table.push([
      role.node,
      role.role,
      role.state,
      short(ranMs),
      short(role.elapsedMs === undefined ? undefined : blockedMs),
    ]);
  }
  const done = view.counts.done ?? 0;
  const all = view.roles.length;
  const verdict = done < all ? `${done} of ${all} roles ended well` : allWell(all);
  const hint = warnings === 0 ? '' : `; ${warnings} ${warnings === 1 ? 'warning' : 'warnings'} above`;
  return `\n${table.toString()}\n\nheddle: ${view.deployment}, epoch ${view.epoch}: ${verdict}${defaultsText(view)}${hint}`;
}

/** Each as `heddle why` takes it. */
function defaultsText({ roles }: StatusView): string {
  const taken = roles.flatMap(({ node, defaulted }) => defaulted.map((input) => `${node}:${input}`));
  if (taken.length === 0) return '';
  const more = taken.length > mostNamed ? ` and ${taken.length - mostNamed} more` : '';
  return `; defaults taken: ${taken.slice(0, mostNamed).join(', ')}${more}`;
}

function allWell(roles: number): string {
  return roles === 1 ? 'the role ended well' : `all ${roles} roles ended well`;
}

function short(ms: number | undefined): string {
  return ms === undefined ? '-' : formatDuration(Math.round(ms / 100) * 100);
}
