import { describe, expect, it } from 'vitest';
import { readOf } from './support/chain-machine.ts';
import { checkCleanHost } from './support/clean-host.ts';
import { chainOfTemplate } from './support/template-chain.ts';

/** Every server has user data of its own, in another form each; a role fails when that has not run before. */
const files = {
  'template.yaml': `heat_template_version: 2014-10-16
parameters:
  motto: { type: string, default: "wax 'n' wane" }
resources:
  script:
    type: OS::Nova::Server
    properties:
      image: debian-12
      flavor: m1.small
      user_data:
        str_replace:
          template: |
            #!/bin/sh
            mkdir -p /srv/own
            cat >/srv/own/motto <<'END'
            MOTTO
            END
            exit 3
          params: { MOTTO: { get_param: motto } }
    metadata:
      roles:
        - { name: store, command: [./store.sh], outputs: { motto: motto } }
  config:
    type: OS::Nova::Server
    properties:
      image: debian-12
      flavor: m1.small
      user_data_format: RAW
      user_data: |
        #cloud-config
        write_files:
        - path: /srv/own/page
          content: "é: the user's own\\n"
        runcmd:
        - [cp, /srv/own/page, /srv/own/copy]
        - exit 4
    metadata:
      roles:
        - name: show
          command: [./show.sh]
          inputs: { motto: { get_attr: [script, motto] } }
  setup:
    type: OS::Heat::SoftwareConfig
    properties: { config: "#!/bin/sh\\nmkdir -p /srv/own\\necho set up >/srv/own/copy\\n" }
  software:
    type: OS::Nova::Server
    properties:
      image: debian-12
      flavor: m1.small
      user_data_format: SOFTWARE_CONFIG
      user_data: { get_resource: setup }
    metadata:
      roles:
        - name: show
          command: [./show.sh]
          inputs: { motto: { get_attr: [script, motto] } }
outputs:
  motto: { value: { get_attr: [script, motto] } }
`,
  'store.sh': '#!/bin/sh -e\nheddle set motto=@/srv/own/motto\n',
  'show.sh': '#!/bin/sh -e\nmotto=$(heddle get motto)\n{ cat /srv/own/copy; echo "$motto"; } >/srv/own/shown\n',
};

const servers = ['script', 'config', 'software'];

describe('servers with user data of their own', () => {
  it('run it before their roles, also when it fails, and signal as users of their own', {
    timeout: 600_000,
  }, async () => {
    await checkCleanHost(['/srv/own']);
    const chain = await chainOfTemplate({
      files,
      deployment: 'own',
      servers,
      flags: ['--signal-transport', 'HEAT_SIGNAL'],
    });
    expect(chain.result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    expect(chain.result.outputs).toEqual({ motto: `{"script": "{\\"motto\\":\\"wax 'n' wane\\\\n\\"}"}` });
    expect(JSON.parse(chain.compiled)).toMatchObject({ heat_template_version: '2015-10-15' });
    expect(await readOf(chain, 'config', 'srv/own/shown')).toBe("é: the user's own\nwax 'n' wane\n");
    expect(await readOf(chain, 'software', 'srv/own/shown')).toBe("set up\nwax 'n' wane\n");
    // The user's script and the user's last command have failed, and nothing else has.
    const failures = async (server: string) =>
      /Runparts: (.*) attempted/.exec(await readOf(chain, server, 'var/log/cloud-init.log'))?.[1];
    expect(await failures('script')).toBe('1 failures (part-001) in 2');
    expect(await failures('config')).toBe('1 failures (runcmd) in 2');
    expect(await failures('software')).toBeUndefined();
  });
});
