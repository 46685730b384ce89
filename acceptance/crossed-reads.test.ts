import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, soloRb } from './support/deployment.ts';

const crossed = {
  'solo.rb': soloRb,
  ...cookbook('left', {
    'attributes/default.rb': "default['right']['colour'] = 'unset'\ndefault['left']['number'] = 1\n",
    'recipes/default.rb': [
      "node.default['left']['number'] = 40 + 2",
      'file "#{node[\'work\']}/left.txt" do',
      "  content \"right is #{node['right']['colour']}\\n\"",
      'end',
    ].join('\n'),
  }),
  ...cookbook('right', {
    'attributes/default.rb': "default['left']['number'] = 0\n",
    'recipes/default.rb': [
      "node.override['right']['colour'] = 'green'",
      "number = node['left']['number']",
      'file "#{node[\'work\']}/right.txt" do',
      '  content "left plus one is #{number + 1}\\n"',
      'end',
    ].join('\n'),
  }),
  'heddle.yaml': `
heddle: 1
deployment: crossed
deadline: 60s
nodes:
  a:
    roles:
      - name: left
        chef: { run_list: ["recipe[left]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { right.colour: "\${b.colour}" }
        outputs: { number: left.number }
  b:
    roles:
      - name: right
        chef: { run_list: ["recipe[right]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { left.number: "\${a.number}" }
        outputs: { colour: right.colour }
`,
};

describe('two machines that need each other’s values', () => {
  it('both finish, and each file holds the value that the other recipe wrote', async () => {
    const deployment = await Deployment.create(crossed);
    const result = await deployment.heddle('up');
    expect(result.stderr).toBe(
      'heddle: warning: heddle.yaml:8: a.left and b.right read outputs of one another: this ends well if each writes what the others need before it reads',
    );
    expect(await deployment.read('.heddle/crossed/nodes/a/left.txt')).toBe('right is green\n');
    expect(await deployment.read('.heddle/crossed/nodes/b/right.txt')).toBe('left plus one is 43\n');
    expect(result.exitCode).toBe(0);
  });
});
