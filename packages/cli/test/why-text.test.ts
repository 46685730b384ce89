import { HeddleError, type RootKind, type WhyLink, type WhyView } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { whyText } from '../src/output/why-text.ts';
import { nextCommands } from '../src/views/next-commands.ts';

const reach = { agentCommand: (node: string) => `heddle agent --node ${node}`, isUp: false };

function textOf(links: readonly WhyLink[], kind: RootKind, cycleFrom?: number, hasAgent = true): readonly string[] {
  const last = links.at(-1) as WhyLink;
  const view: WhyView = {
    deployment: 'shop',
    epoch: '1',
    target: 'a',
    links,
    root: {
      kind,
      node: last.node,
      role: last.role,
      hasAgent,
      ...(last.wanted === undefined ? {} : { wanted: last.wanted }),
    },
    ...(cycleFrom === undefined ? {} : { cycleFrom }),
  };
  return whyText(view, nextCommands(view, reach)).split('\n');
}

const waiting = { state: 'waiting', forMs: 42_000, leftMs: 558_000 } as const;

describe('the text of a chain', () => {
  test('draws a cycle back to where it begins, and says for each role what it could write first', () => {
    const a = {
      ...waiting,
      node: 'a',
      role: 'x',
      input: 'b.v',
      missing: ['b.v'],
      missingCount: 1,
      follows: 'b.v',
      source: 'x.rb:3',
    };
    const b = {
      ...waiting,
      node: 'b',
      role: 'y',
      input: 'a.v',
      missing: ['a.v'],
      missingCount: 1,
      follows: 'a.v',
      wanted: 'b.v',
      source: 'y.rb:9',
    };
    expect(textOf([a, b], 'cycle', 0)).toEqual([
      'a role x waits (x.rb:3) for b.v (input b.v), for 42s, 9m 18s left',
      '  -> b role y, which is to write b.v, waits (y.rb:9) for a.v (input a.v), for 42s, 9m 18s left',
      '',
      'root cause: a cycle: a.x -> b.y -> a.x; each waits for the next one, so none goes on',
      '  try: let role x of a write a.v before it reads b.v (x.rb:3), or give that input a default',
      '  try: let role y of b write b.v before it reads a.v (y.rb:9), or give that input a default',
      '  try: heddle graph live -o svg  draws it',
      '',
    ]);
  });

  test('calls no input what was asked for by its name', () => {
    const link = {
      ...waiting,
      node: 'a',
      role: 'x',
      input: 'b.v',
      missing: ['b.v'],
      missingCount: 1,
      isByName: true,
    } as const;
    expect(textOf([link], 'running')[0]).toBe('a role x waits for b.v, for 42s, 9m 18s left');
  });

  test('advises another order where a role stands behind one of its node', () => {
    const a = { ...waiting, node: 'a', role: 'x', input: 'b.v', missing: ['b.v'], missingCount: 1, follows: 'b.v' };
    const b = { node: 'b', role: 'z', state: 'pending', wanted: 'b.v', behind: 'b.y' } as const;
    const c = { ...waiting, node: 'b', role: 'y', input: 'a.v', missing: ['a.v'], missingCount: 1, follows: 'a.v' };
    expect(textOf([a, b, c], 'cycle', 0)).toContain('  try: let role z of b run before b.y');
  });

  test('names the first missing outputs and how many more there are', () => {
    const missing = Array.from({ length: 20 }, (_, index) => `web-${index}.ip`);
    const link = {
      ...waiting,
      leftMs: -1,
      node: 'a',
      role: 'x',
      input: 'ips',
      missing,
      missingCount: 30,
      follows: 'web-0.ip',
    };
    expect(textOf([link], 'running')[0]).toBe(
      'a role x waits for web-0.ip, web-1.ip, web-2.ip, web-3.ip, web-4.ip and 25 more (input ips), for 42s, past its deadline',
    );
  });

  test('says where an output stands that no deployment file declares', () => {
    const link = { node: 'b', role: 'y', state: 'running', wanted: 'b.v', foundAt: 'site.yml:5', forMs: 5000 } as const;
    expect(textOf([link], 'running')[0]).toBe('b role y, which is to write b.v (found in site.yml:5), runs, for 5s');
  });

  test('says that a default is held back, and how to get it at once', () => {
    const link = {
      node: 'b',
      role: 'y',
      state: 'running',
      wanted: 'b.v',
      step: 'package[x]',
      forMs: 5000,
      isHeld: true,
    } as const;
    expect(textOf([link], 'running').slice(0, 2)).toEqual([
      'b role y, which is to write b.v, runs package[x], for 5s',
      '     b.v has only a default so far, and is held back until the role ends',
    ]);
    expect(textOf([link], 'running')[5]).toMatch(/^ {2}try: say "publish: early" at the output b\.v/);
  });

  test.each<[RootKind, WhyLink['state'], string, string]>([
    ['never-written', 'done', 'root cause: b role y ended well without writing b.v', 'heddle up  '],
    [
      'agent-gone',
      'running',
      'root cause: the agent of b has gone; unless it comes back the node is declared lost',
      'heddle agent --node b',
    ],
    ['lost', 'lost', 'root cause: b is lost', 'heddle agent --node b'],
    ['aborted', 'aborted', 'root cause: b role y was aborted', 'heddle abort --cancel'],
    ['arrived', 'waiting', 'what b role y waited for is there: it goes on', 'heddle status'],
    ['starting', 'pending', 'it is the turn of b role y, which is about to start', 'heddle wait --for=value=b.v'],
  ])('%s has its own cause and next command', (kind, state, cause, command) => {
    const lines = textOf([{ node: 'b', role: 'y', state, wanted: 'b.v' }], kind);
    expect(lines).toContain(cause);
    expect(lines.find((line) => line.startsWith('  try: '))).toMatch(new RegExp(`^  try: ${command}`));
  });

  test('a node that nobody runs any more is started again first', () => {
    const link = { node: 'b', role: 'y', state: 'failed' } as const;
    const next = (hasAgent: boolean) =>
      textOf([link], 'failed', undefined, hasAgent).filter((line) => line.startsWith('  try: '));
    expect(next(true)).toEqual(['  try: heddle retry b:y  runs it again, once it is repaired']);
    expect(next(false)).toEqual([
      '  try: heddle agent --node b  on the machine of b runs it again, once it is repaired',
    ]);
  });

  test.each([
    ['heddle up', { isolation: 'process' }, ['heddle up --resume  runs it again']],
    [
      'a typed command',
      { typed: { role: 'x', beside: [] } },
      ['heddle exec --node b --role y -- COMMAND  on its machine runs it again: so it was run before'],
    ],
    [
      'heddle up, and a typed command later',
      { isolation: 'process', typed: { role: 'y', beside: ['machine_facts'] } },
      [
        'heddle exec --node b --role y -- COMMAND  on its machine runs it again: so it was run before',
        'heddle up --resume  runs it again',
      ],
    ],
    [
      'a typed command beside it',
      { typed: { role: 'x', beside: ['machine_facts', 'y'] } },
      ['heddle exec --node b --role x -- COMMAND  on its machine runs it again beside that: so it was run before'],
    ],
    ['an agent of its own', {}, ['heddle agent --node b  on the machine of b runs it again']],
    ['heddle up, which is still there', { isolation: 'process', isUp: true }, ['heddle retry b:y  runs it again']],
  ] as const)('what runs an outdated role again is what ran it: %s', (_who, runner, commands) => {
    const view: WhyView = {
      deployment: 'shop',
      epoch: '1',
      target: 'b',
      links: [{ node: 'b', role: 'y', state: 'done', outdated: ['a.v'] }],
      root: { kind: 'outdated', node: 'b', role: 'y', hasAgent: false },
    };
    expect(nextCommands(view, { ...reach, ...runner })).toEqual(commands);
  });

  test.each<[RootKind, WhyLink['state'], string]>([
    ['failed', 'failed', 'heddle retry b:y  runs it again, once it is repaired'],
    ['lost', 'lost', 'heddle retry b:y  runs it again'],
    ['agent-gone', 'running', 'heddle retry b:y  runs it again, once the node is declared lost'],
  ])('while heddle up is there, a role whose root cause is %s is not resumed', (kind, state, command) => {
    const view: WhyView = {
      deployment: 'shop',
      epoch: '1',
      target: 'b',
      links: [{ node: 'b', role: 'y', state }],
      root: { kind, node: 'b', role: 'y', hasAgent: false },
    };
    expect(nextCommands(view, { ...reach, isUp: true })).toEqual([command]);
  });

  test('of a node that nobody runs an agent is typed, or a command', () => {
    const view: WhyView = {
      deployment: 'shop',
      epoch: '1',
      target: 'b',
      links: [{ node: 'b', role: 'y', state: 'pending' }],
      root: { kind: 'no-agent', node: 'b', role: 'y', hasAgent: false },
    };
    const agent = 'heddle agent --node b  on the machine of b runs it, if nobody is about to';
    const exec = 'heddle exec --node b -- COMMAND  does so around a command that is typed there';
    expect(nextCommands(view, reach)).toEqual([agent, exec]);
    expect(nextCommands(view, { ...reach, isolation: 'process' })).toEqual([agent]);
  });

  test.each<[RootKind, WhyLink['state'], string]>([
    ['no-agent', 'pending', 'heddle up --resume  runs it, where heddle up began it'],
    ['agent-gone', 'running', 'heddle up --resume  where heddle up ran it'],
    ['lost', 'lost', 'heddle up --resume  where heddle up ran it'],
  ])('of a node that is a machine of heddle up no agent is typed: %s', (kind, state, command) => {
    const view: WhyView = {
      deployment: 'shop',
      epoch: '1',
      target: 'b',
      links: [{ node: 'b', role: 'y', state }],
      root: { kind, node: 'b', role: 'y', hasAgent: false },
    };
    expect(nextCommands(view, { ...reach, isolation: 'machine' })).toEqual([command]);
  });

  test('a message of several lines stands below its role as a whole', () => {
    const error = new HeddleError('role-failed', 'b role y failed: no space\nleft on device').toJSON();
    expect(textOf([{ node: 'b', role: 'y', state: 'failed', error }], 'failed').slice(0, 3)).toEqual([
      'b role y failed',
      '     [role-failed] b role y failed: no space',
      '       left on device',
    ]);
  });

  test('the last one tells its error in full, with output only where the error says less', () => {
    const failed = { node: 'b', role: 'y', state: 'failed', tail: 'E: one\nE: two\n' } as const;
    const errorOf = (error: HeddleError) => textOf([{ ...failed, error: error.toJSON() }], 'failed').slice(1, -3);
    const tool = new HeddleError('role-failed', 'b role y (y.rb:3) failed: no space');
    expect(errorOf(tool)).toEqual([
      '     [role-failed] b role y (y.rb:3) failed: no space',
      '     last lines of its output:',
      '       E: one',
      '       E: two',
      '',
    ]);
    expect(errorOf(new HeddleError('role-failed', 'exit code 3', { notes: ['last output:\nE: one\nE: two'] }))).toEqual(
      ['     [role-failed] exit code 3', '     last output:', '       E: one', '       E: two', ''],
    );
    expect(errorOf(new HeddleError('wait-timeout', 'waited', { notes: ['producer: a'] }))).toEqual([
      '     [wait-timeout] waited',
      '     producer: a',
      '',
    ]);
    const long = new HeddleError('role-failed', 'exit code 3', {
      notes: [['last output:', ...Array.from({ length: 30 }, (_, index) => `line ${index}`)].join('\n')],
    });
    expect(errorOf(long)).toHaveLength(13);
    expect(errorOf(long)[2]).toBe('       line 20');
  });

  test.each([
    ['heddle up --resume', 'heddle retry a:x  runs it again'],
    ['heddle up', 'heddle up  starts a new epoch with it'],
  ])('a deadlock that was ended comes with what would break it, and what goes on then: %s', (command, then) => {
    const error = new HeddleError('deadlock', 'two roles wait for one another', {
      next: ['let role x write first', `then run ${command}`],
      details: { command },
    });
    const lines = textOf([{ node: 'a', role: 'x', state: 'failed', error: error.toJSON() }], 'deadlock');
    expect(lines.slice(3)).toEqual([
      'root cause: a deadlock, in which the wait of a role x was ended',
      '  try: let role x write first',
      `  try: ${then}`,
      '',
    ]);
  });

  test('to a role that nobody waits for it does not advise an abort', () => {
    const next = textOf([{ node: 'b', role: 'y', state: 'running' }], 'running').filter((line) =>
      line.startsWith('  try: '),
    );
    expect(next).toEqual([
      '  try: heddle wait --for=role=b.y:done  ends when it has ended',
      '  try: heddle status --watch  shows it going on',
    ]);
  });
});
