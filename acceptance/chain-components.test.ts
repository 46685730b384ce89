import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCleanHost } from './support/clean-host.ts';
import { chainOfTemplate } from './support/template-chain.ts';

/** The server db makes an account up, web uses it and names itself, and db lets web in: Heat alone runs these one after the other, by its agents. */
const template = `heat_template_version: 2018-08-31
parameters:
  database: { type: string, default: shop }
resources:
  make:
    type: OS::Heat::SoftwareConfig
    properties:
      group: script
      inputs: [{ name: database }, { name: port, default: 3306 }]
      outputs: [{ name: url }]
      config: |
        #!/bin/sh -e
        mkdir -p /srv/parts
        printf 'mysql://%s:%s/%s' "$(hostname)" "$port" "$database" >"$heat_outputs_path.url"
        echo "made $database on $deploy_resource_name at $deploy_action"
  use:
    type: OS::Heat::SoftwareComponent
    properties:
      inputs: [{ name: url }, { name: peer }]
      outputs: [{ name: client }]
      configs:
      - tool: script
        actions: [CREATE]
        config: |
          #!/bin/sh -e
          mkdir -p /srv/parts
          printf 'url = %s\\npeer = %s\\n' "$url" "$peer" >/srv/parts/app.conf
          printf %s "$(hostname)" >"$heat_outputs_path.client"
  admit:
    type: OS::Heat::SoftwareConfig
    properties:
      group: script
      inputs: [{ name: client }]
      config: |
        #!/bin/sh -e
        printf 'allow %s\\n' "$client" >/srv/parts/clients
  db:
    type: OS::Nova::Server
    properties: { image: debian-12, flavor: m1.small, user_data_format: SOFTWARE_CONFIG }
  web:
    type: OS::Nova::Server
    properties: { image: debian-12, flavor: m1.small, user_data_format: SOFTWARE_CONFIG }
  made:
    type: OS::Heat::SoftwareDeployment
    properties: { config: { get_resource: make }, server: { get_resource: db }, input_values: { database: { get_param: database } } }
  used:
    type: OS::Heat::SoftwareDeployment
    properties:
      config: { get_resource: use }
      server: { get_resource: web }
      input_values: { url: { get_attr: [made, url] }, peer: { get_attr: [db, first_address] } }
  admitted:
    type: OS::Heat::SoftwareDeployment
    depends_on: made
    properties: { config: { get_resource: admit }, server: { get_resource: db }, input_values: { client: { get_attr: [used, client] } } }
outputs:
  made: { value: { get_attr: [made, deploy_stdout] } }
  client: { value: { get_attr: [used, client] } }
`;

describe('a template of software deployments', () => {
  it('becomes a complete stack, whose machines run the scripts and exchange their outputs without agents of Heat', {
    timeout: 600_000,
  }, async () => {
    await checkCleanHost(['/srv/parts']);
    const chain = await chainOfTemplate({
      files: { 'template.yaml': template },
      deployment: 'parts',
      servers: ['db', 'web'],
      flags: ['--components'],
    });
    expect(chain.result, chain.result.reason).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    expect(chain.compiled).not.toMatch(/OS::Heat::Software/);
    const machine = async (server: string) => {
      await chain.cloud.boots.get(server);
      const found = chain.cloud.machines.get(server);
      if (found === undefined) throw new Error(`there is no machine ${server}`);
      return found;
    };
    const [db, web] = [await machine('db'), await machine('web')];
    const read = (root: string, path: string) => readFile(join(root, path), 'utf8');
    const [dbName, webName] = await Promise.all(
      [db, web].map(async ({ rootDirectory }) => (await read(rootDirectory, 'etc/hostname')).trim()),
    );
    expect(await read(web.rootDirectory, 'srv/parts/app.conf')).toBe(
      `url = mysql://${dbName}:3306/shop\npeer = ${db.address}\n`,
    );
    expect(await read(db.rootDirectory, 'srv/parts/clients')).toBe(`allow ${webName}\n`);
    const outputs = Object.fromEntries(
      Object.entries(chain.result.outputs).map(([name, text]) => [name, JSON.parse(text as string) as object]),
    );
    expect(outputs).toEqual({
      made: { db: JSON.stringify({ made_deploy_stdout: 'made shop on made at CREATE\n' }) },
      client: { web: JSON.stringify({ used_client: webName }) },
    });
  });
});
