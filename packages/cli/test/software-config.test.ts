import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

/** A deployment of one role on each of two nodes, as `heddle compile --components` makes them of software deployments. */
function deployment(first: string, second: string): string {
  return `heddle: 1
deployment: parts
nodes:
  db:
    roles:
      - name: make
        ${first}
  web:
    roles:
      - name: use
        ${second}
`;
}

const script = (text: string) => JSON.stringify(`#!/bin/sh\n${text.replaceAll('${', '$${')}\n`);

describe('a role that was a software deployment', () => {
  test('gets its inputs as environment variables, and its outputs are the files that it leaves', async () => {
    const make = `software-config: { group: script, deployment: made }
        inputs:
          config: ${script(`printf '%s|' "$name" "$port" "$list" "$none" "$deploy_resource_name" "$deploy_action" > ../../../../got
printf 'with a newline\\n' > "$heat_outputs_path.text"
echo said; echo complained >&2`)}
          inputs.name: a name
          inputs.port: 3306
          inputs.list: [1, { a: b }]
          inputs.none: null
        outputs: { make_text: outputs.text, make_out: deploy_stdout, make_err: deploy_stderr, make_code: deploy_status_code }`;
    const use = `software-config: { group: script, deployment: used }
        inputs:
          config: ${script('printf %s "$text" > ../../../../text')}
          inputs.text: "\${db.make_text}"`;
    const workspace = await Workspace.forTest({ 'heddle.yaml': deployment(make, use) });
    const up = await workspace.heddle('up');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(await workspace.read('.heddle/parts/got')).toBe('a name|3306|[1,{"a":"b"}]||made|CREATE|');
    expect(await workspace.read('.heddle/parts/text')).toBe('with a newline\n');
    const get = async (name: string) => (await workspace.heddle('get', `db.${name}`, '-o', 'json')).stdout;
    expect(await Promise.all([get('make_text'), get('make_out'), get('make_err'), get('make_code')])).toEqual([
      '"with a newline\\n"\n',
      '"said\\n"\n',
      '"complained\\n"\n',
      '0\n',
    ]);
    // Scripts and outputs may hold secrets.
    expect(await readdir(workspace.path('.heddle/parts/nodes/db/software-config/make'))).toEqual([]);
  });

  test('fails with the name of an input that no environment can hold, and shows nothing of it', async () => {
    const make = `software-config: { group: script, deployment: made }
        inputs: { config: ${script(`head -c 200000 /dev/zero | tr '\\0' x > "$heat_outputs_path.long"`)} }
        outputs: { make_long: outputs.long }`;
    const use = `software-config: { group: script, deployment: used }
        inputs: { config: ${script('true')}, inputs.long: "\${db.make_long}" }`;
    const workspace = await Workspace.forTest({ 'heddle.yaml': deployment(make, use) });
    const up = await workspace.heddle('up');
    expect(up.exitCode).toBe(21);
    expect(up.stderr + up.stdout).toContain('the input long is longer than the 131072 bytes of a variable');
    expect(up.stderr + up.stdout).not.toContain('xxxxxxxx');
  });

  test('fails with the exit code of its script, and what it wrote before that is there', async () => {
    const make = `software-config: { group: script, deployment: made }
        inputs: { config: ${script('echo early > "$heat_outputs_path.text"; echo the disk is full >&2; exit 7')} }
        outputs: { make_text: outputs.text, make_code: deploy_status_code, make_other: outputs.other }`;
    const use = `software-config: { group: script, deployment: used }
        inputs: { config: ${script('true')}, inputs.other: "\${db.make_other}" }`;
    const workspace = await Workspace.forTest({ 'heddle.yaml': deployment(make, use) });
    const up = await workspace.heddle('up');
    expect(up.exitCode).toBe(21);
    expect(up.stderr + up.stdout).toContain('the disk is full');
    const get = async (name: string) => (await workspace.heddle('get', `db.${name}`)).stdout;
    expect([await get('make_text'), await get('make_code')]).toEqual(['early\n\n', '7\n']);
  });

  test('fails when an output that says so has a value, and when its script cannot be started', async () => {
    const make = `software-config: { group: script, deployment: made, errors: [problem] }
        inputs: { config: ${script('echo no licence > "$heat_outputs_path.problem"')} }
        outputs: { make_problem: outputs.problem }`;
    const use = `software-config: { group: script, deployment: used }
        inputs: { config: "#!/no/such/shell" }`;
    const workspace = await Workspace.forTest({ 'heddle.yaml': deployment(make, use) });
    const up = await workspace.heddle('up');
    expect(up.exitCode).toBe(21);
    expect(up.stderr + up.stdout).toContain(
      'the output problem, which says that the deployment has failed: no licence',
    );
    expect(up.stderr + up.stdout).toContain(
      'let the first line of the script name an interpreter that the machine has: #!/bin/sh',
    );
  });

  test('of the group ansible runs its playbook with its inputs as extra variables', async () => {
    const playbook = `- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
  - copy: { content: "{{ url.host }}:{{ port }}", dest: "{{ heat_outputs_path }}.text" }
    tags: base
  - fail: { msg: not this one }
    tags: other
`;
    const make = `software-config: { group: ansible, deployment: made, options: { tags: base } }
        inputs: { config: ${JSON.stringify(playbook)}, inputs.url: { host: db.example }, inputs.port: 80 }
        outputs: { make_text: outputs.text }`;
    const use = `software-config: { group: script, deployment: used }
        inputs: { config: ${script('printf %s "$text" > ../../../../text')}, inputs.text: "\${db.make_text}" }`;
    const workspace = await Workspace.forTest({ 'heddle.yaml': deployment(make, use) });
    const up = await workspace.heddle('up');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(await workspace.read('.heddle/parts/text')).toBe('db.example:80');
  });
});

describe('heddle compile --components', () => {
  test('makes roles of software deployments, and tells which', async () => {
    const workspace = await Workspace.forTest({
      'template.yaml': `heat_template_version: 2018-08-31
resources:
  c: { type: OS::Heat::SoftwareConfig, properties: { group: script, config: "#!/bin/sh" } }
  a: { type: OS::Nova::Server, properties: { image: i, flavor: f } }
  d: { type: OS::Heat::SoftwareDeployment, properties: { config: { get_resource: c }, server: { get_resource: a } } }
`,
    });
    const words = ['compile', 'template.yaml', '--deployment', 'parts', '--plan', 'plan.json'];
    const without = await workspace.heddle(...words);
    expect(without.stderr).toContain('note: template.yaml:5: d is a deployment of Heat');
    const { exitCode, stdout, stderr } = await workspace.heddle(...words, '--components');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('note: template.yaml:5: "d" is the role d of a\n');
    expect(stderr).not.toContain('without --content');
    expect(Object.keys((JSON.parse(stdout) as { resources: object }).resources)).toEqual([
      'heddle_handle_a',
      'a',
      'heddle_wait_a',
    ]);
    expect((await workspace.heddle('validate', 'template.yaml', '--components')).stdout).toContain(
      'template.yaml is valid: ',
    );
    expect((await workspace.heddle('plan', 'template.yaml', '--components')).stdout).toMatch(/\ba\.d\b/);
  });
});
