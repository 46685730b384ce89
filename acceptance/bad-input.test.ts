import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, maxValueBytes, script, soloRb } from './support/deployment.ts';
import { exists } from './support/exists.ts';
import { readStatus, states } from './support/read-status.ts';

const good = `heddle: 1
deployment: bad
nodes:
  db:
    roles:
      - name: mysql
        command: ["true"]
        outputs: { port: db.port }
  web:
    count: 2
    roles:
      - name: app
        command: ["true"]
        inputs:
          db.port: \${db.port}
        outputs:
          ip: ipaddress
`;
const again = '  try: correct this line, then run heddle validate heddle.yaml';

interface Mistake {
  readonly what: string;
  /** What of the good file is replaced, and by what. */
  readonly change: readonly [string, string];
  readonly exitCode: number;
  readonly message: readonly string[];
}

const mistakes: readonly Mistake[] = [
  {
    what: 'an unknown key',
    change: ['outputs: { port', 'output: { port'],
    exitCode: 3,
    message: ['[plan-invalid] heddle.yaml:8: unknown key "output"; did you mean "outputs"?', again],
  },
  {
    what: 'a node that does not exist',
    change: ['${db.port}', '${bd.port}'],
    exitCode: 3,
    message: ['[plan-invalid] heddle.yaml:15:20: no node or group "bd"; there are db and web', again],
  },
  {
    what: 'an output that does not exist',
    change: ['${db.port}', '${db.prot}'],
    exitCode: 3,
    message: ['[plan-invalid] heddle.yaml:15:20: db has no output "prot"; did you mean "port"?', again],
  },
  {
    what: 'a member that does not exist',
    change: ['db.port: ${db.port}', 'peer: ${web[2].ip}'],
    exitCode: 3,
    message: ['[plan-invalid] heddle.yaml:15:17: there is no web[2]: the group has the members 0 to 1', again],
  },
  {
    what: 'an output that is declared twice',
    change: ['  web:\n', '      - { name: other, command: ["true"], outputs: { port: db.port } }\n  web:\n'],
    exitCode: 3,
    message: [
      '[plan-invalid] heddle.yaml:9: db declares the output "port" a second time; the first is on line 8, in role "mysql"',
      again,
    ],
  },
  {
    what: 'an input path that is a prefix of another',
    change: ['db.port: ${db.port}', 'db.port: ${db.port}\n          db: ${db.port}'],
    exitCode: 3,
    message: [
      '[plan-invalid] heddle.yaml:16: the input "db" already holds the input "db.port" (line 15): declare one of them',
      again,
    ],
  },
  {
    what: 'a group of 0',
    change: ['count: 2', 'count: 0'],
    exitCode: 3,
    message: ['[plan-invalid] heddle.yaml:10: a group has at least one member: "count" must be 1 or more', again],
  },
  {
    what: 'a run-list entry without a file',
    change: [
      'command: ["true"]\n        outputs: { port',
      'chef: { run_list: ["recipe[mysql::sever]"] }\n        outputs: { port',
    ],
    exitCode: 3,
    message: [
      '[plan-invalid] heddle.yaml:7: role mysql: the run-list entry recipe[mysql::sever] has no file: mysql/recipes/sever.rb is not in DIRECTORY/cookbooks',
      '  try: correct the run list, or the path in the Chef configuration',
    ],
  },
  {
    what: 'an unknown option of an adapter',
    change: [
      'command: ["true"]\n        outputs: { port',
      'chef: { runlist: ["recipe[mysql]"], run_list: [x] }\n        outputs: { port',
    ],
    exitCode: 3,
    message: [
      '[plan-invalid] heddle.yaml:7: role mysql: the adapter chef has no option "runlist"; did you mean "run_list"?',
      '  try: correct it, then run heddle validate heddle.yaml',
    ],
  },
  {
    what: 'a misspelt option that an adapter needs, told once',
    change: [
      'command: ["true"]\n        outputs: { port',
      'ansible: { playbok: site.yml, shar: true }\n        outputs: { port',
    ],
    exitCode: 3,
    message: [
      '[plan-invalid] 2 mistakes in the roles',
      '  heddle.yaml:7: role mysql: the adapter ansible has no option "playbok"; did you mean "playbook"?',
      '  heddle.yaml:7: role mysql: the adapter ansible has no option "shar"; did you mean "share"?',
      '  try: correct it, then run heddle validate heddle.yaml',
    ],
  },
  {
    what: 'options of an adapter that are missing, or of another type',
    change: [
      'command: ["true"]\n        outputs: { port',
      'ansible: { share: yes, program: 3 }\n        outputs: { port',
    ],
    exitCode: 3,
    message: [
      '[plan-invalid] 3 mistakes in the roles',
      '  heddle.yaml:7: role mysql: the adapter ansible needs the option "playbook"',
      '  heddle.yaml:7: role mysql: the option "share" of the adapter ansible must be true or false, not the text "yes"',
      '  heddle.yaml:7: role mysql: the options of the adapter ansible are wrong at program: expected string, received number',
      '  try: correct it, then run heddle validate heddle.yaml',
    ],
  },
  {
    what: 'a program that is not there',
    change: ['command: ["true"]\n        outputs: { port', 'command: [./start.sh]\n        outputs: { port'],
    exitCode: 3,
    message: [
      '[plan-invalid] heddle.yaml:7: role mysql: ./start.sh is not an executable file in DIRECTORY',
      '  try: create it, or chmod +x ./start.sh',
    ],
  },
  {
    what: 'a store URL that nobody knows',
    change: ['nodes:', 'store: redis://heddle:secret@localhost\nnodes:'],
    exitCode: 2,
    message: [
      '[unknown-store] heddle.yaml:3: no store answers to redis://heddle:***@localhost',
      '  try: use one of: embedded:DIR, heddle://HOST:PORT, zk://HOST:PORT, zks://HOST:PORT, etcd://HOST:PORT, etcds://HOST:PORT',
      "  try: or PACKAGE+URL for a store of your own, such as '@example/heddle-store-foo+foo://host'",
    ],
  },
  {
    what: 'a ZooKeeper URL without a host',
    change: ['nodes:', 'store: zk:///shop\nnodes:'],
    exitCode: 2,
    message: [
      '[config-invalid] heddle.yaml:3: store URL "zk:///shop": a host is missing',
      '  try: write zk://HOST:PORT,HOST:PORT/ROOT',
    ],
  },
  {
    what: 'a ZooKeeper that is down',
    change: ['nodes:', 'store: zk://shop:secret@127.0.0.1:1/shop\nnodes:'],
    exitCode: 24,
    message: [
      '[unavailable] heddle.yaml:3: the store zk://127.0.0.1:1/shop did not answer within 10000 ms: connect ECONNREFUSED 127.0.0.1:1',
      '  try: check that the store runs and that this machine reaches it',
    ],
  },
  {
    what: 'an etcd that is down',
    change: ['nodes:', 'store: etcd://shop:secret@127.0.0.1:1/shop\nnodes:'],
    exitCode: 24,
    message: [
      '[unavailable] heddle.yaml:3: the store etcd://127.0.0.1:1/shop did not answer within 10000 ms: etcd 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      '  try: check that the store runs and that this machine reaches it',
    ],
  },
  {
    what: 'text that is not YAML',
    change: ['count: 2', 'count: [2'],
    exitCode: 2,
    message: [
      '[config-invalid] heddle.yaml:11:5: not readable as YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
];

describe('heddle up starts nothing, says where the mistake is and what to do, for', () => {
  it.each(mistakes)('$what', async ({ change, exitCode, message }) => {
    const [old, text] = change;
    expect(good).toContain(old);
    const deployment = await Deployment.create({ 'heddle.yaml': good.replace(old, () => text) });
    const result = await deployment.startWith({ HEDDLE_STORE: undefined }, 'up').end();
    expect(result.stderr.replaceAll(deployment.directory, 'DIRECTORY').split('\n')).toEqual([
      `heddle: ${message[0]}`,
      ...message.slice(1),
    ]);
    expect(result.stdout).toBe('');
    expect(result.exitCode).toBe(exitCode);
    expect(await exists(join(deployment.directory, '.heddle'))).toBe(false);
    expect(await deployment.processes()).toEqual([]);
  });

  it('a chef-solo that is not installed', async () => {
    const deployment = await Deployment.create({
      ...cookbook('db', { 'recipes/default.rb': '' }),
      'heddle.yaml': good.replace('command: ["true"]', 'chef: { run_list: ["recipe[db]"] }'),
    });
    const result = await deployment.startWith({ HEDDLE_CHEF_SOLO: '/nowhere/chef-solo' }, 'up').end();
    expect(result.stderr.split('\n')).toEqual([
      'heddle: [tool-missing] a Chef role cannot run: /nowhere/chef-solo is not an executable program',
      "  try: install Chef series 18 (gem install chef-bin -v '~> 18', or a Gemfile with it beside heddle.yaml), or set HEDDLE_CHEF_SOLO to its path",
    ]);
    expect(result.exitCode).toBe(2);
    expect(await exists(join(deployment.directory, '.heddle'))).toBe(false);
    expect(await deployment.processes()).toEqual([]);
  });

  it('several mistakes at once', async () => {
    const deployment = await Deployment.create({
      'heddle.yaml': good.replace('count: 2', 'count: 0').replace('outputs: { port', 'output: { port'),
    });
    const result = await deployment.heddle('validate');
    expect(result.stderr.split('\n')).toEqual([
      'heddle: [plan-invalid] heddle.yaml: 2 errors',
      '  heddle.yaml:8: unknown key "output"; did you mean "outputs"?',
      '  heddle.yaml:10: a group has at least one member: "count" must be 1 or more',
      '  try: correct these lines, then run heddle validate heddle.yaml',
    ]);
    expect(result.exitCode).toBe(3);
  });
});

const faults = {
  'solo.rb': soloRb,
  ...cookbook('raises', {
    'recipes/default.rb': ["port = node['web']['port']", 'raise "port #{port} is taken" if port == 80'].join('\n'),
    'attributes/default.rb': "default['web']['port'] = 80\n",
  }),
  ...cookbook('large', {
    'recipes/default.rb': [
      "node.default['db']['name'] = 'orders'",
      '',
      "ruby_block 'dump' do",
      "  block { node.default['db']['dump'] = [Random.bytes(1_500_000)].pack('m0') }",
      'end',
    ].join('\n'),
  }),
  'name.sh': script('name=$(heddle get db.name)', 'echo "$name" > name.txt'),
  'heddle.yaml': `
heddle: 1
deployment: faults
nodes:
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[raises]"], config: solo.rb }
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[large]"], config: solo.rb }
        outputs: { name: db.name, dump: db.dump }
  log:
    roles:
      - { name: note, command: [./name.sh], inputs: { db.name: "\${db.name}" } }
`,
};

describe('a role that fails says where, for', () => {
  it('a recipe that raises, and a value that is too large; what was published stays readable', async () => {
    const deployment = await Deployment.create(faults);
    const result = await deployment.heddle('up');
    const nodes = join(deployment.directory, '.heddle/faults/nodes');
    const said = saidByRole(result.stderr.replace(/: 20\d{5} bytes/, ': SIZE bytes'));
    expect(said.get('web.app')).toEqual([
      `[role-failed] web role app (raises/recipes/default.rb:2) failed: port 80 is taken\n  try: read ${nodes}/web/log/app.log, repair it, then run heddle retry web:app, or heddle up --resume once heddle up has ended`,
    ]);
    expect(said.get('db.mysql')).toEqual([
      [
        `[too-large] db role mysql (large/recipes/default.rb:4) wrote db.dump (db.dump): SIZE bytes, this store takes ${maxValueBytes}`,
        '  try: publish where the data is to be had (a path or URL) rather than the data itself',
      ].join('\n'),
    ]);
    expect(await deployment.read('name.txt')).toBe('orders\n');
    expect(result.exitCode).toBe(21);
    expect(states(await readStatus(deployment))).toEqual({
      'web.app': 'failed',
      'db.mysql': 'failed',
      'log.note': 'done',
    });
    expect(await deployment.processes()).toEqual([]);
  });
});
