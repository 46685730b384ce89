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
    ['aborted', 'aborted', 'root cause: b role y was aborted', 'heddle retry b:y'],
    ['arrived', 'waiting', 'what b role y waited for is there: it goes on', 'heddle status'],
    ['starting', 'pending', 'it is the turn of b role y, which is about to start', 'heddle wait --for=value=b.v'],
  ])('%s has its own cause and next command', (kind, state, cause, command) => {
    const lines = textOf([{ node: 'b', role: 'y', state, wanted: 'b.v' }], kind);
    expect(lines).toContain(cause);
    expect(lines.find((line) => line.startsWith('  try: '))).toMatch(new RegExp(`^  try: ${command}`));
  });

  test('a role that was interrupted was not aborted by anybody', () => {
    const error = new HeddleError('interrupted', 'b was interrupted by SIGINT').toJSON();
    expect(textOf([{ node: 'b', role: 'y', state: 'aborted', forMs: 2000, error }], 'aborted').slice(0, 4)).toEqual([
      'b role y was interrupted 2s ago',
      '     [interrupted] b was interrupted by SIGINT',
      '',
      'root cause: b role y was interrupted',
    ]);
  });

  test.each<[RootKind, WhyLink['state'], readonly string[]]>([
    ['aborted', 'aborted', ['heddle abort --cancel  lifts the abort first', 'heddle retry b:y  runs it again']],
    [
      'failed',
      'failed',
      ['heddle abort --cancel  lifts the abort first', 'heddle retry b:y  runs it again, once it is repaired'],
    ],
    [
      'running',
      'running',
      [
        'heddle abort --cancel  lifts the abort first',
        'heddle wait --for=value=b.v  ends when it is there, or never will be',
      ],
    ],
    ['done', 'done', ['heddle status  shows what every role is doing']],
  ])(
    'while the deployment is aborted that is lifted first, where it holds anything up: %s',
    (kind, state, commands) => {
      const view: WhyView = {
        deployment: 'shop',
        epoch: '1',
        abort: { by: 'root@ops', at: '2030-01-01T00:00:00.000Z' },
        target: 'b',
        links: [{ node: 'b', role: 'y', state }],
        root: { kind, node: 'b', role: 'y', hasAgent: true, ...(kind === 'running' ? { wanted: 'b.v' } : {}) },
      };
      expect(nextCommands(view, reach)).toEqual(commands);
    },
  );

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

  test('of the output of Chef it shows what is about the resource, not what every failed run ends with', () => {
    const declaration = [
      'Resource Declaration:',
      '---------------------',
      '# In /c/y/recipes/default.rb',
      '',
      '  3: file "a"',
    ];
    const told = declaration.filter((line) => line !== '');
    const context = ['Template Context:', '-----------------', 'on line #2', '  2: <%= @a.b %>'];
    const compiled = ['Compiled Resource:', '------------------', 'file("a") do', '  path "a"', 'end', ''];
    const end = [
      'System Info:',
      '------------',
      'chef_version=18.11.11',
      '',
      'Running handlers:',
      'FATAL: ---',
      'FATAL: no space',
    ];
    const shown = (...lines: readonly string[]) => {
      const error = new HeddleError('role-failed', 'b role y (y.rb:3) failed: no space').toJSON();
      const link = { node: 'b', role: 'y', state: 'failed', error, tail: lines.join('\n') } as const;
      return textOf([link], 'failed')
        .slice(3, -4)
        .map((line) => line.slice(7));
    };
    expect(shown(...declaration, '', ...compiled, ...end)).toEqual(told);
    expect(shown(...declaration, '', ...compiled, ...context, '', ...end)).toEqual([...told, ...context]);
    const indented = [...compiled, ...end].map((line) => `  ${line}`);
    expect(shown(...declaration, '', ...indented)).toEqual(told);
    const noted = new HeddleError('role-failed', 'exit code 1', { notes: [['last output:', 'a', ...end].join('\n')] });
    expect(textOf([{ node: 'b', role: 'y', state: 'failed', error: noted.toJSON() }], 'failed').slice(2, -4)).toEqual([
      '     last output:',
      '       a',
    ]);
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

  test('a deadlock that was ended comes with every change that would break it', () => {
    const error = new HeddleError('deadlock', 'two roles wait for one another', {
      next: ['let role x write first', 'or let role y write first', 'then run heddle up --resume', 'or else'],
      details: { command: 'heddle up --resume' },
    });
    const lines = textOf([{ node: 'a', role: 'x', state: 'failed', error: error.toJSON() }], 'deadlock');
    expect(lines.slice(4)).toEqual([
      '  try: let role x write first',
      '  try: or let role y write first',
      '  try: heddle retry a:x  runs it again',
      '  try: or else',
      '',
    ]);
  });

  test.each<[NonNullable<WhyView['asked']>, string]>([
    [
      { input: 'c', state: 'open', isThere: false, outputs: ['b.c'], count: 1 },
      'a role x does not wait now for its input c (not there: b.c)',
    ],
    [
      { input: 'c', state: 'defaulted', isThere: true, outputs: ['b.c'], count: 1 },
      'a role x took the default of its input c (there: b.c)',
    ],
    [{ input: 'c', state: 'unread', outputs: ['b.c'], count: 1 }, 'a role x never read its input c'],
    [{ input: 'c', state: 'read', isThere: true, outputs: [], count: 0 }, 'a role x has read its input c'],
  ])('what is about another input than was asked for says so first: %j', (asked, line) => {
    const view: WhyView = {
      deployment: 'shop',
      epoch: '1',
      target: 'a:c',
      asked,
      links: [{ node: 'a', role: 'x', state: 'running' }],
      root: { kind: 'running', node: 'a', role: 'x', hasAgent: true },
    };
    expect(whyText(view, []).split('\n').slice(0, 2)).toEqual([line, 'a role x runs']);
  });

  describe('a role that failed', () => {
    const both = 'heddle retry b:y, or heddle up --resume once heddle up has ended';
    const again = 'heddle retry b:y  runs it again';
    const repaired = `${again}, once it is repaired`;
    const textAfter = (error: HeddleError, arrived?: readonly string[]) => {
      const link = { node: 'b', role: 'y', state: 'failed', error: error.toJSON() } as const;
      const lines = textOf([arrived === undefined ? link : { ...link, arrived }], 'failed');
      return {
        root: lines.find((line) => line.startsWith('root')),
        next: lines.flatMap((line) => line.split('try: ')[1] ?? []),
      };
    };

    test.each([
      ['a log to read', [`read y.log, repair it, then run ${both}`], ['read y.log, repair it', repaired]],
      [
        'another way, too',
        [`read y.log, repair it, then run ${both}`, 'or correct the path, then run heddle up: a new epoch'],
        ['read y.log, repair it', repaired, 'or correct the path, then run heddle up: a new epoch'],
      ],
      ['nothing but the commands', ['is it a disk?', `then run ${both}`], ['is it a disk?', repaired]],
      [
        'a line to correct',
        ['correct a.yaml:3; then run heddle up again'],
        ['correct a.yaml:3; then run heddle up again'],
      ],
      ['no command', ['install the tool'], ['install the tool', repaired]],
      ['another role', ['repair a:x, then run heddle retry a:x'], ['repair a:x, then run heddle retry a:x']],
      ['nothing', [], [repaired]],
    ])('keeps what its own error advises: %s', (_what, next, told) => {
      expect(textAfter(new HeddleError('role-failed', 'no', { next }))).toEqual({
        root: 'root cause: b role y failed',
        next: told,
      });
    });

    test('of what is there by now is run again; what was late gets more time for the next run', () => {
      const next = [`wait until that is there, then run ${both}`, 'or give the input "v" a longer deadline'];
      expect(textAfter(new HeddleError('wait-timeout', 'waited', { next }), ['a.v', 'a.w'])).toEqual({
        root: 'root cause: b role y failed; what it needed has come by now: a.v, a.w',
        next: [again, 'or give the input "v" a longer deadline'],
      });
      expect(textAfter(new HeddleError('producer-failed', 'no', { next: ['repair a:x'] }), ['a.v']).next).toEqual([
        again,
      ]);
    });
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
