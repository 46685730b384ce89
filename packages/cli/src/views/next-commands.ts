import { type RootKind, type VerdictRecord, type WhyLink, type WhyView, withoutRunAgain } from '@heddle/core';
import { type Reach, rerunCommands } from './rerun-commands.ts';

/** Say what to type or do next, most helpful first: a command, two blanks, what it does. */
export function nextCommands(view: WhyView, reach: Reach): readonly string[] {
  const commands = commandsFor(view, reach);
  // While it is aborted no role goes on, and none is run again.
  if (view.abort === undefined || unbound.has(view.root.kind)) return commands;
  return ['heddle abort --cancel  lifts the abort first', ...commands];
}

/** What an abort holds up no more. */
const unbound: ReadonlySet<RootKind> = new Set(['never-written', 'arrived', 'done']);

function commandsFor(view: WhyView, reach: Reach): readonly string[] {
  const { kind, node, role, wanted } = view.root;
  const output = wanted === undefined || wanted === `${node}.${role}` ? undefined : wanted;
  switch (kind) {
    case 'running':
      if (view.links.length === 1 && wanted === undefined)
        return [awaitCommand(view), 'heddle status --watch  shows it going on'];
      return [
        awaitCommand(view),
        ...heldHint(view),
        ...(view.abort === undefined ? ['heddle abort  ends all waits, if it will not go on'] : []),
      ];
    case 'starting':
      return [awaitCommand(view)];
    case 'no-agent':
      return isOfUp(reach)
        ? [resumeCommand(reach)]
        : [
            `${reach.agentCommand(node)}  on the machine of ${node} runs it, if nobody is about to`,
            ...(reach.isolation === undefined
              ? [`heddle exec --node ${node} -- COMMAND  does so around a command that is typed there`]
              : []),
          ];
    case 'agent-gone':
    case 'lost':
      if (reach.isUp)
        return rerunCommands(view.root, reach, kind === 'lost' ? undefined : 'once the node is declared lost');
      return [
        ...(isOfUp(reach) ? [] : [`${reach.agentCommand(node)}  on the machine of ${node} takes its roles up again`]),
        'heddle up --resume  where heddle up ran it',
      ];
    case 'failed':
      return failedCommands(view, reach);
    case 'outdated':
    case 'aborted':
      return rerunCommands(view.root, reach);
    case 'never-written':
      // It ended well: neither --resume nor retry runs it again.
      return [
        `heddle up  starts anew, once it writes ${output ?? 'its outputs'}, or the path of the output in the deployment file is corrected`,
      ];
    case 'cycle':
      return cycleHints(view);
    case 'deadlock':
      return deadlockCommands(view, reach);
    case 'arrived':
      return ['heddle status  shows the role going on'];
    case 'done':
      return [...unreadHint(view), 'heddle status  shows what every role is doing'];
  }
}

/** An agent that is typed would run the node's roles on the computer itself, where `heddle up` makes a machine for them. */
function isOfUp({ isolation }: Reach): boolean {
  return isolation === 'machine';
}

function resumeCommand({ isUp }: Reach): string {
  return isUp
    ? 'heddle status --watch  shows heddle up starting it'
    : 'heddle up --resume  runs it, where heddle up began it';
}

/** What the error itself advises. Where that ends in both commands which run the role again, the one is named that does, as things are. */
function failedCommands({ links, root }: WhyView, reach: Reach): readonly string[] {
  const { error, arrived } = links.at(-1) ?? {};
  const advice = error?.next ?? [];
  // Nothing is to be repaired; a longer deadline helps the next time.
  if (arrived !== undefined)
    return [...rerunCommands(root, reach), ...(error?.exitCode === 20 ? advice.slice(-1) : [])];
  const again = rerunCommands(root, reach, 'once it is repaired');
  const told = advice.flatMap((text) => {
    const what = withoutRunAgain(text, root);
    return what === undefined ? [text] : [...(what === '' ? [] : [what]), ...again];
  });
  return told.some((text) => /heddle (up|retry|exec|agent) /.test(`${text} `)) ? told : [...told, ...again];
}

/** What broke the circle is changed first; with a changed deployment file no epoch goes on. */
function deadlockCommands(view: WhyView, reach: Reach): readonly string[] {
  const { next = [], details = {} } = view.links.at(-1)?.error ?? {};
  const command = details['command'] as VerdictRecord['command'] | undefined;
  const then = command === 'heddle up' ? ['heddle up  starts a new epoch with it'] : rerunCommands(view.root, reach);
  const place = next.findIndex((line) => line.startsWith('then run '));
  return place < 0 ? [...next, ...then] : [...next.slice(0, place), ...then, ...next.slice(place + 1)];
}

function awaitCommand({ root: { node, role, wanted } }: WhyView): string {
  if (wanted === undefined || wanted === `${node}.${role}`)
    return `heddle wait --for=role=${node}.${role}:done  ends when it has ended`;
  return `heddle wait --for=value=${wanted}  ends when it is there, or never will be`;
}

function unreadHint({ links }: WhyView): readonly string[] {
  const { unread = [], defaulted } = links.at(-1) ?? {};
  if (unread.length === 0)
    return defaulted === undefined ? [] : ['heddle up  starts anew, and waits for the value again'];
  return ['heddle up  starts anew, once the path of the input in the deployment file is the one that the role reads'];
}

function heldHint(view: WhyView): readonly string[] {
  const last = view.links.at(-1);
  if (last?.isHeld !== true) return [];
  return [`say "publish: early" at the output ${last.wanted} in the deployment file, if its default will do`];
}

/** One of the cycle has to write before it reads, or to do without. */
function cycleHints({ links, cycleFrom = 0 }: WhyView): readonly string[] {
  const cycle = links.slice(cycleFrom);
  const writes = cycle.flatMap((link, place): string[] => {
    const wanted = cycle.at(place - 1)?.follows;
    if (link.input === undefined || wanted === undefined) return [];
    return [
      `let role ${link.role} of ${link.node} write ${wanted} before it reads ${link.input}${placeOf(link)}${link.isByName === true ? '' : ', or give that input a default'}`,
    ];
  });
  const moves = cycle.flatMap((link) =>
    link.behind === undefined ? [] : [`let role ${link.role} of ${link.node} run before ${link.behind}`],
  );
  return [...writes, ...moves, 'heddle graph live -o svg  draws it'];
}

function placeOf({ source }: WhyLink): string {
  return source === undefined ? '' : ` (${source})`;
}
