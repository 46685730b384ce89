import { type AskedInput, type ErrorData, formatDuration, unreadText, type WhyLink, type WhyView } from '@heddle/core';
import { supersededText } from './superseded-text.ts';

const mostNamed = 5;
const mostTailLines = 10;

/** What Chef prints at the end of every run that failed, and all that it knows of the resource besides its declaration. */
const chefBoilerplate = /\n *(?:Compiled Resource|System Info|Running handlers):\n[^]*?(?=\n *Template Context:\n|$)/g;

/** Write a chain of waits for people: one role a line, from the one that was asked about to the cause, then what to do. */
export function whyText(view: WhyView, next: readonly string[]): string {
  const lines = view.links.flatMap((link, index) => {
    const indent = '  '.repeat(index);
    const [first = '', ...rest] = linkLines(link, index === view.links.length - 1);
    return [`${indent}${index === 0 ? '' : '-> '}${first}`, ...rest.map((line) => `${indent}     ${line}`)];
  });
  return [...askedLines(view), ...lines, '', rootText(view), ...next.map((line) => `  try: ${line}`), ''].join('\n');
}

const askedText: Readonly<Record<AskedInput['state'], string>> = {
  open: 'does not wait now for',
  unread: 'never read',
  defaulted: 'took the default of',
  read: 'has read',
};

/** What is about another input than the one that was asked for says so first. */
function askedLines({ asked, links: [first] }: WhyView): readonly string[] {
  if (asked === undefined || first === undefined) return [];
  const { input, state, isThere, outputs, count } = asked;
  const there =
    isThere === undefined || count === 0 ? '' : ` (${isThere ? 'there' : 'not there'}: ${namesText(outputs, count)})`;
  return [`${first.node} role ${first.role} ${askedText[state]} its input ${input}${there}`];
}

function linkLines(link: WhyLink, isLast: boolean): readonly string[] {
  const who = `${link.node} role ${link.role}`;
  const wanted =
    link.wanted === undefined || link.wanted === `${link.node}.${link.role}`
      ? ''
      : `, which is to write ${link.wanted}${link.foundAt === undefined ? '' : ` (found in ${link.foundAt})`},`;
  switch (link.state) {
    case 'waiting':
      return [
        `${who}${wanted} waits${place(link)} for ${missingText(link)}${inputText(link)}${since(link)}${left(link)}`,
      ];
    case 'pending':
      return [
        `${who}${wanted} has not started${link.behind === undefined ? '' : `: ${link.behind} of its node comes before it`}`,
      ];
    case 'running':
      return link.missing === undefined
        ? [`${who}${wanted} runs${link.step === undefined ? '' : ` ${link.step}`}${since(link)}`, ...heldLines(link)]
        : [
            `${who}${wanted} runs, and reads${place(link)} ${missingText(link)}${inputText(link)} meanwhile${since(link)}${left(link)}`,
          ];
    case 'done':
      return [
        `${who}${wanted} ended well${ago(link)}${unusedText(link)}`,
        ...defaultLines(link),
        ...outdatedLines(link),
      ];
    default:
      return [
        `${who}${wanted} ${endText(link)}${isLast && link.exitCode !== undefined ? ` (exit code ${link.exitCode})` : ''}${ago(link)}`,
        ...defaultLines(link),
        ...(link.error === undefined ? [] : errorLines(link.error, link, isLast)),
      ];
  }
}

function unusedText({ unwritten = [], unread = [] }: WhyLink): string {
  const parts = [
    ...(unwritten.length === 0 ? [] : [`writing ${unwritten.join(', ')}`]),
    ...(unread.length === 0 ? [] : [`reading its input ${unreadText(unread)}`]),
  ];
  return parts.length === 0 ? '' : ` without ${parts.join(' and without ')}`;
}

function defaultLines({ defaulted = [] }: WhyLink): readonly string[] {
  return defaulted.length === 0 ? [] : [`took the default of ${defaulted.join(', ')}`];
}

function outdatedLines({ outdated = [] }: WhyLink): readonly string[] {
  return outdated.length === 0 ? [] : [supersededText(outdated)];
}

function endText({ state, error }: WhyLink): string {
  if (state === 'aborted') return error?.code === 'interrupted' ? 'was interrupted' : 'was aborted';
  return state === 'lost' ? 'is lost' : 'failed';
}

/** What a link in the middle says, the links behind it say in full. */
function errorLines(error: ErrorData, { firstCause, tail }: WhyLink, isLast: boolean): readonly string[] {
  const [first = '', ...rest] = error.message.split('\n');
  const lines = [`[${error.code}] ${first}`, ...rest.map((line) => `  ${line}`)];
  if (!isLast) return lines;
  const notes = (error.notes ?? []).flatMap(noteLines);
  const isTold =
    firstCause === undefined || [error.message, ...notes].some((line) => line.includes(firstCause.message));
  if (!isTold) lines.push(`first cause: ${firstCause.node} role ${firstCause.role}: ${firstCause.message}`);
  lines.push(...notes);
  // The error of a tool may say less than its output; one of ours has said all.
  if (notes.length === 0 && error.code === 'role-failed') lines.push(...tailLines(tail));
  return lines;
}

/** A note of several lines is a title and output below it, which is shown without its empty lines. */
function noteLines(note: string): readonly string[] {
  const [title = '', ...rest] = note
    .replace(chefBoilerplate, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [title, ...rest.slice(-mostTailLines).map((line) => `  ${line}`)];
}

function tailLines(tail = ''): readonly string[] {
  return tail === '' ? [] : noteLines(`last lines of its output:\n${tail}`);
}

function heldLines({ isHeld, wanted }: WhyLink): readonly string[] {
  return isHeld === true ? [`${wanted} has only a default so far, and is held back until the role ends`] : [];
}

function rootText({ links, root, cycleFrom }: WhyView): string {
  const who = `${root.node} role ${root.role}`;
  const isAlone = links.length === 1;
  switch (root.kind) {
    case 'running':
      return isAlone ? `${who} is not waiting for anything` : `all wait for ${who}, which runs`;
    case 'starting':
      return `it is the turn of ${who}, which is about to start`;
    case 'no-agent':
      return `root cause: nobody runs ${root.node}: no agent of it is connected`;
    case 'agent-gone':
      return `root cause: the agent of ${root.node} has gone; unless it comes back the node is declared lost`;
    case 'failed':
      return `root cause: ${who} failed${arrivedText(links.at(-1))}`;
    case 'aborted':
      return `root cause: ${who} ${endText(links.at(-1) as WhyLink)}`;
    case 'lost':
      return `root cause: ${root.node} is lost`;
    case 'never-written':
      return `root cause: ${who} ended well without writing ${root.wanted}`;
    case 'cycle':
      return cycleText(links.slice(cycleFrom));
    case 'deadlock':
      return `root cause: a deadlock, in which the wait of ${who} was ended`;
    case 'arrived':
      return `what ${who} waited for is there: it goes on`;
    case 'outdated':
      return `${who} is outdated: ${supersededText(links.at(-1)?.outdated ?? [])}`;
    case 'done':
      if (unusedText(links.at(-1) as WhyLink) !== '')
        return `nothing holds it up, but ${who} did not do all that the deployment file says`;
      if (links.at(-1)?.defaulted !== undefined) return `nothing holds it up, but ${who} took a default`;
      return `nothing is wrong: ${who} has ended well`;
  }
}

function cycleText(cycle: readonly WhyLink[]): string {
  const names = cycle.map(({ node, role }) => `${node}.${role}`);
  if (names.length === 1) return `root cause: ${names[0]} waits for itself`;
  return `root cause: a cycle: ${[...names, names[0]].join(' -> ')}; each waits for the next one, so none goes on`;
}

function arrivedText({ arrived: missing }: Partial<WhyLink> = {}): string {
  if (missing === undefined) return '';
  return `; what it needed has come by now: ${missingText({ missing, missingCount: missing.length })}`;
}

function missingText({ missing = [], missingCount = 0 }: Pick<WhyLink, 'missing' | 'missingCount'>): string {
  if (missingCount === 0) return 'what is there now';
  return namesText(missing, missingCount);
}

function namesText(names: readonly string[], count: number): string {
  const more = count - Math.min(names.length, mostNamed);
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function inputText({ input, isByName }: WhyLink): string {
  return input === undefined || isByName === true ? '' : ` (input ${input})`;
}

function place({ source }: WhyLink): string {
  return source === undefined ? '' : ` (${source})`;
}

function since({ forMs }: WhyLink): string {
  return forMs === undefined ? '' : `, for ${formatDuration(forMs)}`;
}

function ago({ forMs }: WhyLink): string {
  return forMs === undefined ? '' : ` ${formatDuration(forMs)} ago`;
}

function left({ leftMs }: WhyLink): string {
  if (leftMs === undefined) return '';
  return leftMs > 0 ? `, ${formatDuration(leftMs)} left` : ', past its deadline';
}
