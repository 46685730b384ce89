import { isHeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { compiled, role, server, template } from './support/compile.ts';

interface Emitted {
  readonly heat_template_version: string;
  readonly resources: Record<string, { type: string; condition?: string; properties: Record<string, unknown> }>;
}

interface Part {
  readonly config: unknown;
  readonly type?: string;
  readonly subtype?: string;
  readonly filename?: string;
}

const raw = (userData: string) => `, user_data_format: RAW, user_data: ${userData}`;
const withData = (properties: string, others: Readonly<Record<string, string>> = {}) =>
  template({ a: server(`[${role('m')}]`, properties), ...others });

function emitted(text: string, files: Readonly<Record<string, string>> = {}): Emitted {
  return JSON.parse(compiled(text, { readFile: (path) => files[path] }).template) as Emitted;
}

/** The parts of the archive that server "a" gets. */
function partsOf({ resources }: Emitted): readonly Part[] {
  expect(resources['a']?.properties['user_data']).toEqual({ get_resource: 'heddle_user_data_a' });
  const archive = resources['heddle_user_data_a'];
  expect(archive?.type).toBe('OS::Heat::MultipartMime');
  return archive?.properties['parts'] as readonly Part[];
}

/** Without the two of Heddle, which are the last ones. */
function ownParts(text: string, files: Readonly<Record<string, string>> = {}): readonly Part[] {
  const parts = partsOf(emitted(text, files));
  expect(parts.slice(-2).map(({ subtype }) => subtype)).toEqual(['cloud-config', 'x-shellscript']);
  return parts.slice(0, -2);
}

/** The errors and warnings of a template, without the file's name. */
function told(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    const { plan } = compiled(text, { readFile: (path) => files[path] });
    return plan.warnings.map((warning) => warning.replace('template.yaml:', ''));
  } catch (thrown) {
    if (!isHeddleError(thrown) || thrown.code !== 'plan-invalid') throw thrown;
    const notes = thrown.notes.length === 0 ? [thrown.message] : thrown.notes;
    return notes.map((note) => note.replace('template.yaml:', ''));
  }
}

const script = '"#!/bin/sh\\nexit 3\\n"';
const config = '"#cloud-config\\nruncmd: [true]\\n"';

describe('user data of the user', () => {
  it('stands before that of Heddle, whose lists are added to it and whose start is a script of its own', () => {
    const parts = partsOf(emitted(withData(raw(config))));
    expect(parts).toHaveLength(3);
    expect(parts[0]).toEqual({ config: '#cloud-config\nruncmd: [true]\n' });
    const ours = parts[1]?.config as { list_join: [string, [string, Record<string, unknown>]] } | undefined;
    const joined = ours?.list_join[1][1];
    expect(parts[1]).toMatchObject({ subtype: 'cloud-config' });
    expect(joined).toMatchObject({
      merge_how: 'list(append)+dict(recurse_list)+str()',
      write_files: expect.arrayContaining([expect.objectContaining({ path: '/etc/heddle/node.json' })]),
    });
    expect(joined).not.toHaveProperty('runcmd');
    expect(parts[2]).toEqual({
      subtype: 'x-shellscript',
      filename: 'zz-heddle',
      config: expect.stringMatching(/^#!\/bin\/sh\nsh -c '[^']*exec \/bin\/sh \/etc\/heddle\/boot\.sh'\n$/),
    });
  });

  it.each([
    ['str_replace', '{ str_replace: { template: "#!/bin/sh\\necho X", params: { X: { get_param: size } } } }'],
    ['list_join', '{ list_join: ["\\n", ["#!/bin/sh", { get_param: size }]] }'],
    ['get_file', '{ get_file: setup.sh }'],
    ['if', `{ if: [big, ${script}, "#!/bin/bash"] }`],
  ])('may be a %s, which stays a function of Heat', (_, userData) => {
    const text = withData(`, user_data: ${userData}`).replace(
      'resources:',
      'conditions: { big: { equals: [{ get_param: size }, x] } }\nresources:',
    );
    const [part] = ownParts(text, { 'setup.sh': '#!/bin/sh\n' });
    expect(Object.keys(part?.config as object)).toHaveLength(1);
    expect(part?.config).toHaveProperty(/^\{ (\w+)/.exec(userData)?.[1] ?? '');
  });

  it.each([
    ['OS::Heat::SoftwareConfig', 'config: "#!/bin/sh"'],
    ['OS::Heat::CloudConfig', 'cloud_config: { runcmd: [x] }'],
  ])('may be a resource of type %s', (type, properties) => {
    const own = `{ type: ${type}, properties: { ${properties} } }`;
    expect(ownParts(withData(raw('{ get_resource: own }'), { own }))).toEqual([{ config: { get_resource: 'own' } }]);
  });

  it('may be a MIME archive, whose parts are taken over as they are, also those of an archive in it', () => {
    const text = withData(raw('{ get_resource: own }'), {
      own: '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: { get_resource: one }, filename: a.sh, subtype: x-shellscript }, { config: { get_resource: inner }, type: multipart }, { config: { get_resource: twice }, type: multipart }] } }',
      twice:
        '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: { get_resource: inner }, type: multipart }] } }',
      inner: '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: "#include http://x" }] } }',
      one: '{ type: OS::Heat::SoftwareConfig, properties: { config: "#!/bin/sh" } }',
    });
    expect(ownParts(text)).toEqual([
      { config: { get_resource: 'one' }, filename: 'a.sh', subtype: 'x-shellscript' },
      { config: '#include http://x' },
      { config: '#include http://x' },
    ]);
  });

  it('may be the text of a MIME archive, which Heat takes apart', () => {
    const archive = '"MIME-Version: 1.0\\nContent-Type: multipart/mixed; boundary=b\\n\\n--b\\n\\nx\\n--b--"';
    expect(ownParts(withData(raw(archive)))).toMatchObject([{ type: 'multipart' }]);
    expect(
      told(withData(raw(archive.replace('--b\\n\\nx', '--b\\nContent-Transfer-Encoding: base64\\n\\neA==')))),
    ).toEqual([
      '4: E_USERDATA: Heat does not decode the parts of a MIME archive that is text: write it as OS::Heat::MultipartMime',
    ]);
  });

  it.each(['', ', user_data: ""', ', user_data: null'])(
    'need not be there (%s): then there is no archive',
    (properties) => {
      const { resources } = emitted(withData(properties));
      expect(resources).not.toHaveProperty('heddle_user_data_a');
      expect(resources['a']?.properties).toMatchObject({
        user_data_format: 'RAW',
        user_data: { list_join: ['\n', expect.anything()] },
      });
    },
  );

  it('has the condition of its server', () => {
    const conditions = 'conditions: { big: { equals: [{ get_param: size }, x] } }\nresources:';
    const text = withData(raw(script)).replace('resources:', conditions);
    const conditional = text.replace('metadata:', 'condition: big, metadata:');
    expect(emitted(conditional).resources['heddle_user_data_a']?.condition).toBe('big');
    const own = { own: '{ type: OS::Heat::MultipartMime, condition: big }' };
    expect(told(withData(raw('{ get_resource: own }'), own).replace('resources:', conditions))).toEqual([
      '5: E_USERDATA: "own" has another condition than "a": give both the same one',
    ]);
  });
});

describe('user_data_format', () => {
  it.each([script, config])('HEAT_CFNTOOLS, also by default, becomes RAW with %s', (userData) => {
    for (const format of ['', ', user_data_format: HEAT_CFNTOOLS']) {
      const result = emitted(withData(`${format}, user_data: ${userData}`));
      expect(result.resources['a']?.properties['user_data_format']).toBe('RAW');
      expect(partsOf(result)).toHaveLength(3);
      expect(told(withData(`${format}, user_data: ${userData}`))).toEqual([]);
    }
  });

  it('SOFTWARE_CONFIG stays, with user data and without', () => {
    const software = ', user_data_format: SOFTWARE_CONFIG';
    expect(partsOf(emitted(withData(`${software}, user_data: ${script}`)))).toHaveLength(3);
    for (const properties of [software, `${software}, user_data: ${script}`]) {
      expect(emitted(withData(properties)).resources['a']?.properties['user_data_format']).toBe('SOFTWARE_CONFIG');
    }
  });

  it.each([
    [
      'of text that cfn-tools would run and cloud-init does not know',
      ', user_data_format: HEAT_CFNTOOLS, user_data: "#include http://x"',
      'E_USERDATA: user_data_format is HEAT_CFNTOOLS, and this begins neither with #! nor with #cloud-config: write user_data_format: RAW if cloud-init shall read it',
    ],
    [
      'of text that begins with a parameter',
      ', user_data: { get_param: size }',
      'E_USERDATA: user_data_format is HEAT_CFNTOOLS by default, and how this begins is not known here: write user_data_format: RAW if cloud-init shall read it',
    ],
    [
      'of a word that a parameter replaces',
      ', user_data: { str_replace: { template: "HEAD\\nrest", params: { HEAD: { get_param: size } } } }',
      'E_USERDATA: user_data_format is HEAT_CFNTOOLS by default, and how this begins is not known here: write user_data_format: RAW if cloud-init shall read it',
    ],
    [
      'whose first word a parameter completes',
      ', user_data: { str_replace: { template: "#cloud-config-MODE", params: { MODE: { get_param: size } } } }',
      'E_USERDATA: user_data_format is HEAT_CFNTOOLS by default, and how this begins is not known here: write user_data_format: RAW if cloud-init shall read it',
    ],
    [
      'that has another form in another case',
      ', user_data: { if: [{ equals: [{ get_param: size }, x] }, "#!/bin/sh", "#include http://x"] }',
      'E_USERDATA: user_data_format is HEAT_CFNTOOLS by default, and how this begins is not known here: write user_data_format: RAW if cloud-init shall read it',
    ],
    [
      'that cloud-init does not read',
      raw('"{\\"ignition\\": {}}"'),
      'E_USERDATA: cloud-init does not read it: a text begins with #!, #cloud-config or another header that cloud-init knows; Heddle starts through cloud-init',
    ],
    [
      'whose format is computed',
      ', user_data_format: { get_param: size }',
      'E_USERDATA: user_data_format is computed, and what is emitted depends on it: write out RAW',
    ],
    [
      'whose format Heat does not have',
      ', user_data_format: raw, user_data: "#!/bin/sh"',
      'E_USERDATA: there is no user_data_format "raw"; did you mean "RAW"?',
    ],
    [
      'of another resource',
      raw('{ get_resource: own }'),
      'E_USERDATA: what "own" (OS::Heat::Value) gives is not known here: name a resource of type OS::Heat::SoftwareConfig, OS::Heat::CloudConfig or OS::Heat::MultipartMime',
    ],
    [
      'beyond ASCII in the format SOFTWARE_CONFIG',
      ', user_data_format: SOFTWARE_CONFIG, user_data: "#!/bin/sh\\necho é"',
      'E_USERDATA: Heat spoils text with other characters than ASCII in the parts of user data of format SOFTWARE_CONFIG: write those characters in another way',
    ],
    [
      'that may be a MIME archive',
      raw('{ get_param: size }'),
      'W_USERDATA: how it begins is not known here: it becomes one part, in which cloud-init does not look for MIME',
    ],
    [
      'that needs the tools of CloudFormation',
      ', user_data: "#!/bin/sh\\ncfn-init -s x"',
      'W_USERDATA: user_data_format is HEAT_CFNTOOLS by default and becomes RAW, so the tools of heat-cfntools that this names get no data from Heat',
    ],
  ])('%s is told with its line', (_, properties, message) => {
    const own = { own: '{ type: OS::Heat::Value, properties: { value: "#!/bin/sh" } }' };
    expect(told(withData(properties, own))).toEqual([`4: ${message}`]);
  });
});

it('user data from a file that is not there is told, also where its form could be anything', () => {
  for (const properties of [', user_data: { get_file: gone.sh }', raw('{ get_file: gone.sh }')]) {
    expect(told(withData(properties))).toEqual(['4: E_REF: there is no file "gone.sh"']);
  }
});

describe('the size of the user data', () => {
  const long = (length: number, character = 'x') => `#!/bin/sh\\n${character.repeat(length)}`;

  it('counts what is the user’s: in the text, in files, in software configs and in archives', () => {
    const files = { 'long.sh': `#!/bin/sh\n${'x'.repeat(50_000)}` };
    const soft = `{ type: OS::Heat::SoftwareConfig, properties: { config: "${long(50_000)}" } }`;
    for (const [userData, own] of [
      [`"${long(50_000)}"`, ''],
      ['{ get_file: long.sh }', ''],
      ['{ get_resource: own }', soft],
      [
        '{ get_resource: own }',
        '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: { get_file: long.sh } }] } }',
      ],
    ] as const) {
      const [error] = told(withData(raw(userData), own === '' ? {} : { own }), files);
      expect(error, userData).toMatch(/^4: E_SIZE: the user data of "a" has at least \d+ bytes, and Nova takes 49149/);
    }
  });

  it('counts a part beyond ASCII as Heat writes it, in base64', () => {
    const [warning = ''] = told(withData(raw(`"${long(17_000, 'é')}"`)));
    expect(Number(/at least (\d+)/.exec(warning)?.[1])).toBeGreaterThan((17_000 * 2 * 4) / 3);
    expect(told(withData(raw(`"${long(17_000)}"`)))).toEqual([]);
  });

  it('counts the texts that stand elsewhere in the template', () => {
    expect(told(withData(raw(`"${long(33_000)}"`)))).toEqual([
      expect.stringMatching(/^4: W_SIZE: the user data of "a" has at least 4\d{4} bytes/),
    ]);
  });

  it('does not count the words of functions', () => {
    const words = `{ str_replace: { template: "#!/bin/sh\\n${'WORD '.repeat(8000)}", params: { "WORD ": { get_param: size } } } }`;
    expect(told(withData(raw(words)))).toEqual([]);
  });
});
