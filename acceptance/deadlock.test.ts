import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { exists } from './support/exists.ts';

/** Both recipes read before they write; a third role reads what one of them never writes, a fourth has nothing to do with it. */
const circle = {
  'solo.rb': soloRb,
  ...cookbook('left', {
    'recipes/default.rb': ["node.default['left']['number'] = node['right']['number'] + 1", ''].join('\n'),
  }),
  ...cookbook('right', {
    'recipes/default.rb': [
      'file "#{node[\'work\']}/before.txt" do',
      '  content "before"',
      'end',
      "node.default['right']['number'] = node['left']['number'] + 1",
    ].join('\n'),
  }),
  'hang.sh': script('heddle get left.number > "$1/number.txt"'),
  'free.sh': script('echo free > "$1/free.txt"'),
  'heddle.yaml': `
heddle: 1
deployment: circle
deadline: 60s
nodes:
  a:
    roles:
      - name: left
        chef: { run_list: ["recipe[left]"], config: solo.rb }
        inputs: { right.number: "\${b.number}" }
        outputs: { number: left.number }
  b:
    roles:
      - name: right
        chef: { run_list: ["recipe[right]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { left.number: "\${a.number}" }
        outputs: { number: right.number }
      - { name: free, command: [./free.sh, "\${self.dir}"] }
  c:
    roles:
      - { name: hang, command: [./hang.sh, "\${self.dir}"], inputs: { left.number: "\${a.number}" } }
`,
};

describe('two recipes that each read what the other has not written yet', () => {
  it('end at once with 22, with the whole circle and the lines of both reads, and roles outside it go on', async () => {
    const deployment = await Deployment.create(circle);
    const result = await deployment.heddle('up');
    expect(result.exitCode).toBe(22);
    const text = `${result.stdout}\n${result.stderr}`;
    expect(text).toMatch(/2 roles wait for one another/);
    expect(text).toMatch(/a role left \(\S*left\/recipes\/default\.rb:1\) waits for b\.number from role right of b/);
    expect(text).toMatch(/b role right \(\S*right\/recipes\/default\.rb:4\) waits for a\.number from role left of a/);
    expect(text).toMatch(/try: let role (left|right) of [ab] write [ab]\.number before it reads/);
    // Who has nothing to do with it goes on, also after a role of its own node that failed; who needs it fails.
    expect(await deployment.read('.heddle/circle/nodes/b/free.txt')).toBe('free\n');
    expect(await exists(join(deployment.directory, '.heddle/circle/nodes/c/number.txt'))).toBe(true);
    expect(await deployment.read('.heddle/circle/nodes/c/number.txt')).toBe('');
    expect(text).toMatch(/c role hang .*needs a\.number/);
  });

  it('finish when one of them writes first, as the advice says', async () => {
    const deployment = await Deployment.create({
      ...circle,
      ...cookbook('right', {
        'recipes/default.rb': [
          "node.default['right']['number'] = 41",
          'file "#{node[\'work\']}/left.txt" do',
          "  content \"left is #{node['left']['number']}\\n\"",
          'end',
        ].join('\n'),
      }),
    });
    const result = await deployment.heddle('up');
    expect(await deployment.read('.heddle/circle/nodes/b/left.txt')).toBe('left is 42\n');
    expect(await deployment.read('.heddle/circle/nodes/c/number.txt')).toBe('42\n');
    expect(result.exitCode).toBe(0);
  });
});
