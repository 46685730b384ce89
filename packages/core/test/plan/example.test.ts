import { describe, expect, it } from 'vitest';
import { sliceFor } from '../../src/plan/slice.ts';
import { compiled, inputsOf, nodeOf } from './deployment.ts';
import { example } from './example.ts';

const plan = compiled(example);
const at = (line: number) => ({ file: 'heddle.yaml', line });
const constant = (value: unknown) => ({ kind: 'constant', value });
const reference = (node: string, output: string) => ({ kind: 'reference', node, output, segments: [] });
const gather = (as: string) => ({ kind: 'gather', group: 'web', count: 3, output: 'ip', segments: [], as });

describe('the example of the design', () => {
  it('compiles to the plan of five nodes', () => {
    expect(plan).toMatchObject({
      heddlePlan: 1,
      deployment: 'shop',
      store: 'embedded:',
      directory: '/shop',
      groups: { web: 3 },
    });
    expect(
      plan.nodes.map(({ name, group, index, roles }) => [name, group, index, roles.map((role) => role.name)]),
    ).toEqual([
      ['db', null, 0, ['mysql']],
      ['web-0', 'web', 0, ['app']],
      ['web-1', 'web', 1, ['app']],
      ['web-2', 'web', 2, ['app']],
      ['ops', null, 0, ['monitor', 'smoke']],
    ]);
  });

  it('compiles the database role', () => {
    const text = { kind: 'text', parts: [{ kind: 'dir' }, constant('/data')] };
    expect(nodeOf(plan, 'db').roles[0]).toEqual({
      name: 'mysql',
      adapter: 'chef',
      options: {
        kind: 'map',
        entries: [
          ['run_list', constant(['role[mysql]'])],
          ['config', constant('solo.rb')],
          ['attributes', { kind: 'map', entries: [['mysql', { kind: 'map', entries: [['data_dir', text]] }]] }],
        ],
      },
      inputs: [],
      outputs: [
        { name: 'host', path: ['ipaddress'], sensitive: false, publish: 'settled', position: at(12) },
        { name: 'port', path: ['mysql', 'port'], sensitive: false, publish: 'settled', position: at(13) },
        {
          name: 'root_password',
          path: ['mysql', 'server_root_password'],
          sensitive: true,
          publish: 'settled',
          position: at(14),
        },
      ],
      after: [],
      deadlineMs: 600_000,
      concurrent: false,
      position: at(9),
    });
  });

  it('compiles the inputs of a member', () => {
    const wait = { deadlineMs: 600_000, missing: 'wait', sensitive: false };
    const url = ['mysql://', reference('db', 'host'), ':', reference('db', 'port'), '/shop'];
    const servers = (address: object) => ({
      kind: 'list',
      items: [
        {
          kind: 'map',
          entries: [
            ['port', constant(6379)],
            [
              'replicaof',
              {
                kind: 'map',
                entries: [
                  ['address', address],
                  ['port', constant(6379)],
                ],
              },
            ],
          ],
        },
      ],
    });
    const inputs = (address: object) => [
      { path: ['db', 'host'], expression: reference('db', 'host'), ...wait, position: at(21) },
      {
        path: ['db', 'url'],
        expression: { kind: 'text', parts: url.map((part) => (typeof part === 'string' ? constant(part) : part)) },
        ...wait,
        position: at(22),
      },
      { path: ['app', 'peers'], expression: gather('list'), ...wait, position: at(23) },
      { path: ['app', 'peer_map'], expression: gather('map'), ...wait, position: at(24) },
      { path: ['redis', 'servers'], expression: servers(address), ...wait, position: at(25) },
      {
        path: ['db', 'password'],
        expression: reference('db', 'root_password'),
        ...wait,
        deadlineMs: 120_000,
        sensitive: true,
        position: at(26),
      },
    ];
    expect(inputsOf(plan, 'web-1')).toEqual(inputs(reference('web-0', 'ip')));
    // For web-0 the same text names an output of its own role.
    expect(inputsOf(plan, 'web-0')).toEqual(inputs({ kind: 'local', output: 'ip', segments: [] }));
  });

  it('compiles the ansible and the command role', () => {
    const [monitor, smoke] = nodeOf(plan, 'ops').roles;
    expect(monitor).toMatchObject({
      adapter: 'ansible',
      options: constant({ playbook: 'monitor.yml' }),
      position: at(30),
    });
    expect(monitor?.inputs).toMatchObject([{ path: ['web_ips'], expression: gather('list') }]);
    expect(smoke).toMatchObject({
      adapter: 'command',
      options: constant(['./smoke.sh']),
      after: [
        { node: 'web-0', role: 'app' },
        { node: 'web-1', role: 'app' },
        { node: 'web-2', role: 'app' },
      ],
    });
  });

  it('warns that the members of web read one another, and nothing else', () => {
    expect(plan.warnings).toEqual([
      'heddle.yaml:18: the members of web.app read outputs of one another: this ends well if each writes what the others need before it reads',
    ]);
  });

  it('gives each node the producers of what it reads', () => {
    const db = { 'db.host': 'mysql', 'db.port': 'mysql', 'db.root_password': 'mysql' };
    expect(sliceFor(plan, 'web-1').producers).toEqual({ ...db, 'web[*].ip': 'app', 'web-0.ip': 'app' });
    expect(sliceFor(plan, 'web-0').producers).toEqual({ ...db, 'web[*].ip': 'app' });
    expect(sliceFor(plan, 'web-1').sensitive).toEqual(['db.root_password']);
    expect(sliceFor(plan, 'db').producers).toEqual({});
  });
});
