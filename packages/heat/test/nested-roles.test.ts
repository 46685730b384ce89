import { describe, expect, it } from 'vitest';
import { errorsOf, plain, server, template } from './support/compile.ts';

describe('roles in a nested template', () => {
  const files: Readonly<Record<string, string>> = {
    'with.yaml': template({ inner: server('[mysql]') }),
    'without.yaml': template({ inner: plain }),
    'outer.yaml': template({ x: '{ type: sub/through.yaml }' }),
    'sub/through.yaml': template({ x: '{ type: ../with.yaml }' }),
    'round.yaml': template({ x: '{ type: round.yaml }' }),
    'group.yaml': template({
      g: `{ type: OS::Heat::ResourceGroup, properties: { count: 2, resource_def: ${server('[mysql]')} } }`,
    }),
    'cfn.template':
      '{"AWSTemplateFormatVersion": "2012-12-12",\n"Resources": {\n"inner": {"Type": "OS::Nova::Server", "Metadata": {"roles": []}}}}',
    'broken.yaml': 'heat_template_version: [',
  };
  const errors = (resource: string) => errorsOf(template({ a: resource }), { readFile: (path) => files[path] });
  const group = (type: string, key: string) =>
    `{ type: OS::Heat::${type}, properties: { ${key}: { type: with.yaml } } }`;
  const fault = (place: string, server = 'inner') =>
    `template.yaml:4: E_NESTED: "${server}" has roles at ${place}, and roles in a nested template are not supported: write the server in this template, or choose another key for data of your own with --roles-key`;

  it.each([
    ['a file as type', '{ type: with.yaml }', 'with.yaml:4'],
    ['files through files', '{ type: outer.yaml }', 'with.yaml:4'],
    ['the format of CloudFormation', '{ type: cfn.template }', 'cfn.template:3'],
    ['a ResourceGroup', group('ResourceGroup', 'resource_def'), 'with.yaml:4'],
    ['an AutoScalingGroup', group('AutoScalingGroup', 'resource'), 'with.yaml:4'],
    [
      'a stack as resource',
      '{ type: OS::Heat::Stack, properties: { template: { get_file: with.yaml } } }',
      'with.yaml:4',
    ],
  ])('are an error at the resource that uses it: %s', (_, resource, place) => {
    expect(errors(resource)).toEqual([fault(place)]);
  });

  it('are an error on the members of a group in it, too', () => {
    expect(errors('{ type: group.yaml }')).toEqual([fault('group.yaml:4', 'g')]);
  });

  it('are not looked for where nothing can be read, and templates without any are fine', () => {
    for (const type of ['without.yaml', 'round.yaml', 'http://10.0.0.5/with.yaml', 'My::Own::Type'])
      expect(errors(`{ type: "${type}" }`), type).toEqual([]);
  });

  it('says when there is no such file, or none that can be read', () => {
    expect(errors('{ type: gone.yaml }')).toEqual(['template.yaml:4: E_REF: there is no file "gone.yaml"']);
    expect(errors('{ type: broken.yaml }')).toEqual([
      expect.stringMatching(/^template\.yaml:4: E_NESTED: broken\.yaml:1: E_YAML: /),
    ]);
  });
});
