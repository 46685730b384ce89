import { beforeAll, describe, expect, it } from 'vitest';
import { type Validation, validateWithHeat } from '../../testkit/src/heat/validate.ts';
import { signalTransports } from '../src/index.ts';
import { compiled, role, server, template } from './support/compile.ts';

const files: Readonly<Record<string, string>> = { 'setup.sh': '#!/bin/sh\ntouch /set-up\n' };
const roles = `[${role('m', '{ x: { get_attr: [b, first_address] }, y: { get_param: key } }')}]`;
const software = ', user_data_format: SOFTWARE_CONFIG';

/** Enriched templates by the form of the user data that server "a" has of its own. */
const forms: Readonly<Record<string, string>> = {
  'a script': of(', user_data: "#!/bin/sh\\nexit 3"'),
  'a cloud-config': of(', user_data_format: RAW, user_data: "#cloud-config\\nruncmd: [true]"'),
  'text with a parameter in it': of(
    ', user_data: { str_replace: { template: "#!/bin/sh\\necho X", params: { X: { get_param: size } } } }',
  ),
  'joined text': of(', user_data: { list_join: ["\\n", ["#!/bin/sh", { get_attr: [pw, value] }]] }'),
  'a file': of(', user_data: { get_file: setup.sh }'),
  'a parameter': of(', user_data_format: RAW, user_data: { get_param: size }'),
  'an attribute': of(', user_data_format: RAW, user_data: { get_attr: [pw, value] }'),
  'a software config': of(', user_data_format: RAW, user_data: { get_resource: soft }'),
  'a cloud config as resource': of(', user_data_format: RAW, user_data: { get_resource: cloud }'),
  'a MIME archive': of(', user_data_format: RAW, user_data: { get_resource: mime }'),
  'the format SOFTWARE_CONFIG': of(`${software}, user_data: { get_resource: mime }`),
  'the format SOFTWARE_CONFIG without user data, and a deployment': of(
    software,
    '{ type: OS::Heat::SoftwareDeployment, properties: { server: { get_resource: a }, config: { get_resource: soft } } }',
  ),
  'a condition': of(', user_data: { if: [big, "#!/bin/sh", "#!/bin/bash"] }'),
};

function of(properties: string, deployment = '{ type: OS::Heat::None }'): string {
  const text = template({
    pw: '{ type: OS::Heat::RandomString }',
    soft: '{ type: OS::Heat::SoftwareConfig, properties: { config: { get_file: setup.sh } } }',
    cloud: '{ type: OS::Heat::CloudConfig, properties: { cloud_config: { packages: [{ get_param: size }] } } }',
    mime: '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: { get_resource: soft }, filename: set-up, subtype: x-shellscript }, { config: { get_resource: cloud } }] } }',
    a: server(roles, properties),
    b: server(`[${role('n', '{ x: { get_attr: [a, first_address] } }')}]`),
    deployment,
  });
  return text.replace('resources:', 'conditions: { big: { equals: [{ get_param: size }, x] } }\nresources:');
}

describe('Heat', () => {
  const names = Object.keys(forms);
  const transported = forms['a script'] ?? '';
  let results: readonly Validation[];

  beforeAll(async () => {
    const readFileOf = { readFile: (path: string) => files[path] };
    const ofForms = names.map((name) => compiled(forms[name] ?? '', readFileOf));
    const ofTransports = signalTransports.map((signalTransport) => compiled(transported, { signalTransport }));
    results = await validateWithHeat([...ofForms, ...ofTransports].map((made) => ({ template: made.template, files })));
  });

  it.each(names.map((name, index) => [name, index] as const))('accepts %s beside roles', (_, index) => {
    expect(results[index]?.error).toBeNull();
  });

  it('creates the archive after the configs in it, and the server after the archive', () => {
    const edges = results[names.indexOf('a MIME archive')]?.edges ?? [];
    expect(edges).toEqual(
      expect.arrayContaining([
        ['a', 'heddle_user_data_a'],
        ['heddle_user_data_a', 'soft'],
        ['heddle_user_data_a', 'cloud'],
        ['heddle_user_data_a', 'heddle_handle_a'],
      ]),
    );
    expect(edges).not.toContainEqual(['a', 'b']);
  });

  it.each(signalTransports.map((name, index) => [name, index] as const))('accepts handles of %s', (_, index) => {
    expect(results[names.length + index]?.error).toBeNull();
  });
});
