import { type ErrorData, formatDuration } from '@heddle/core';
import type { CriticalLink, Held, LongestWait } from '@heddle/testkit/simulator';
import type { Assumptions, SimulationCause, SimulationView } from '../views/simulation.ts';
import { counted } from './counted.ts';
import { plainTable } from './table.ts';

const mostNamed = 3;
const mostCauses = 10;

/** Write what became of a simulated deployment: what was taken for granted, how the roles ended and why, and what took the time. */
export function simText(view: SimulationView): string {
  return [
    `${view.deployment}, simulated: ${counted(view.nodes, 'node')}, ${counted(view.roles, 'role')}, seed ${view.seed}`,
    ...assumptionLines(view).map((line) => `  ${line}`),
    '',
    `${endText(view)} after ${time(view.endMs)}${outageText(view)}; heddle up would exit with ${view.exitCode}`,
    ...causeLines(view),
    '',
    'critical path:',
    pathTable(view.criticalPath),
    '',
    view.longestWaits.length === 0 ? 'no role waited' : 'longest waits, one of each kind:',
    ...(view.longestWaits.length === 0 ? [] : [waitTable(view.longestWaits)]),
    '',
    `${view.writes} writes to the store, ${(view.writes / view.nodes).toFixed(1)} by each node`,
    '',
  ].join('\n');
}

function assumptionLines({ assumptions, accidents }: SimulationView): readonly string[] {
  const { outputs, spread, durations, lookingUp, lateDeadlock } = assumptions;
  const lines = [
    `taken for granted: a role works ${durationsText(durations)}${spread === 0 ? '' : `, up to ${spread} % more or less`}, and reads its inputs in the order of the file, evenly over that time`,
    outputs === 'early'
      ? 'taken for granted: a role writes its outputs before it first reads (--outputs early)'
      : 'taken for granted: a role writes its outputs at its end (--outputs late)',
  ];
  if (lookingUp > 0)
    lines.push(
      `not simulated: what ${counted(lookingUp, 'role')} may look up by name, as with hostvars of Ansible or search of Chef`,
    );
  if (lateDeadlock !== undefined)
    lines.push(`warning: if roles wrote their outputs at their end, this would be a deadlock: ${lateDeadlock}`);
  for (const accident of accidents) {
    if (accident.kind === 'store-down')
      lines.push(`the store is away from ${time(accident.atMs)} to ${time(accident.untilMs)}`);
    else if (accident.kind === 'restart')
      lines.push(`the machine of ${accident.node} is started again at ${time(accident.atMs)}`);
    else
      lines.push(
        `the machine of ${accident.node} is lost at ${time(accident.atMs)}${accident.hadEnded === true ? ': its roles had ended by then' : ''}`,
      );
  }
  return lines;
}

function durationsText(durations: Assumptions['durations']): string {
  const [general = '', ...others] = durations.map(
    ({ where, ms }) => `${where === undefined ? '' : `${where} `}${formatDuration(ms)}`,
  );
  return others.length === 0 ? general : `${general} (${others.join(', ')})`;
}

function endText({ counts, roles }: SimulationView): string {
  if (counts.done === roles) return `${roles === 1 ? 'its' : 'all'} ${counted(roles, 'role')} ended well`;
  const bad = Object.entries(counts).filter(([state]) => state !== 'done');
  return [
    `${counts.done ?? 0} of ${counted(roles, 'role')} ended well`,
    ...bad.map(([state, count]) => `${count} ${state}`),
  ].join(', ');
}

function outageText({ endWithoutOutageMs: endMs }: SimulationView): string {
  return endMs === undefined ? '' : ` (${time(endMs)} if the store were not away)`;
}

function causeLines({ causes }: SimulationView): readonly string[] {
  const shown = causes.slice(0, mostCauses).flatMap((cause) => ['', ...causeText(cause)]);
  return causes.length > mostCauses ? [...shown, '', `and ${causes.length - mostCauses} more first causes`] : shown;
}

function causeText({ node, role, state, error, alike, followed, followers }: SimulationCause): readonly string[] {
  const lines = [
    ...(error === undefined ? [`${node} role ${role} is ${state}`] : errorLines(error)),
    ...(alike === 0 ? [] : [`  ${counted(alike, 'more member')} of its group ended in the same way`]),
  ];
  if (followed === 0) return lines;
  const more = followed > mostNamed ? ` and ${followed - mostNamed} more` : '';
  const named = followers.slice(0, mostNamed).join(', ');
  return [...lines, `  ${counted(followed, 'more role')} failed for this: ${named}${more}`];
}

/** What an error suggests to type is for a deployment that runs. */
function errorLines({ code, message, notes = [] }: ErrorData): readonly string[] {
  return [`[${code}] ${message}`, ...notes.flatMap((note) => note.split('\n').map((line) => `  ${line}`))];
}

function pathTable(links: readonly CriticalLink[]): string {
  const table = plainTable(['FROM', 'TO', 'ROLE', 'BECAUSE']);
  for (const [index, link] of links.entries())
    table.push([time(link.fromMs), time(link.toMs), `${link.node}.${link.role}`, linkText(link, links[index - 1])]);
  return table.toString();
}

function linkText(link: CriticalLink, before: CriticalLink | undefined): string {
  const other = before === undefined ? '' : `${before.node}.${before.role}`;
  const waited = time(link.waitedMs ?? 0);
  switch (link.cause) {
    case 'start':
      return 'its agent was started';
    case 'order':
      return `${other} comes before it`;
    case 'after':
      return `it runs after ${other}, and waited ${waited}`;
    case 'value':
      return `it waited ${waited} for ${link.output} (input ${link.input})`;
    case 'failure':
      return `it waited ${waited} (input ${link.input}), until ${other} had ended`;
    case 'lost':
      return 'its machine was lost; it takes this time until the others know';
    case 'cycle':
    case 'deadline':
    case 'store':
    case 'gather':
      return `it waited ${waited}${link.input === undefined ? '' : ` (input ${link.input})`}: ${heldText[link.cause]}`;
  }
}

const heldText: Readonly<Record<Held, string>> = {
  cycle: 'it was in a cycle of waits',
  deadline: 'until its deadline',
  store: 'the store was away',
  gather: 'a group’s values were being gathered',
};

const writtenText: Readonly<Record<NonNullable<LongestWait['writes']>, string>> = {
  outputs: '(its outputs)',
  end: '(its end)',
};

function waitTable(waits: readonly LongestWait[]): string {
  const table = plainTable(['WAITED', 'ROLE', 'INPUT', 'FOR', 'FROM', 'WAITS']);
  for (const wait of waits) {
    const { node, role, input, producer, count } = wait;
    table.push([
      time(wait.waitedMs),
      `${node}.${role}`,
      wait.writes === undefined ? (input ?? 'after') : writtenText[wait.writes],
      forText(wait),
      producer === undefined ? '-' : `${producer.node}.${producer.role}`,
      String(count),
    ]);
  }
  return table.toString();
}

function forText({ for: awaited, held, isFailed }: LongestWait): string {
  if (awaited === undefined) return held === undefined ? '-' : heldText[held];
  const text = isFailed ? `the end of ${awaited}` : awaited;
  return held === undefined ? text : `${text} (${heldText[held]})`;
}

/** Tenths of a second are all that a model can say. */
function time(ms: number): string {
  const rounded = Math.round(ms / 100) * 100;
  return rounded === 0 ? '0s' : formatDuration(rounded);
}
