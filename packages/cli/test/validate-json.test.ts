import { expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

const template = `heat_template_version: 2018-08-31
resources:
  db:
    type: OS::Nova::Server
    properties: { image: i, flavor: f }
    metadata:
      roles:
        - { name: db, command: ['true'], outputs: { port: p } }
`;

test('validate -o json prints what is valid, with its warnings', async () => {
  const workspace = await Workspace.forTest({});
  await workspace.write('template.yaml', template);
  const { exitCode, stdout } = await workspace.heddle('validate', 'template.yaml', '--deployment', 'x', '-o', 'json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    file: 'template.yaml',
    valid: true,
    nodes: 1,
    errors: [],
    warnings: [
      {
        file: 'template.yaml',
        line: 8,
        code: 'W_UNUSED_OUTPUT',
        text: 'nothing in the template reads the output "port" of "db"',
      },
    ],
  });
});

test('validate -o json prints every error with its line and ends with 3', async () => {
  const workspace = await Workspace.forTest({});
  const text = template.replace('flavor: f', 'flavor: { get_param: f }').replace('outputs:', 'output:');
  await workspace.write('template.yaml', text);
  const { exitCode, stdout } = await workspace.heddle('validate', 'template.yaml', '--deployment', 'x', '-o', 'json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    valid: false,
    errors: [
      { file: 'template.yaml', line: 5, code: 'E_PARAM', text: 'there is no parameter "f"' },
      { file: 'template.yaml', line: 8, code: 'E_KEY', text: 'unknown key "output"; did you mean "outputs"?' },
    ],
  });
});
