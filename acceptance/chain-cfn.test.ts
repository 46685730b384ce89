import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainOfTwoServers } from './support/chain.ts';
import { readOf } from './support/chain-machine.ts';

const timeout = 600_000;
const template = 'cloudformation.json';

describe('a CloudFormation template of an instance and a server that need each other', () => {
  it("becomes a complete stack whose machines have each other's address, and whose outputs show values of run time", {
    timeout,
  }, async () => {
    const chain = await chainOfTwoServers({ template, flags: ['--signal-transport', 'CFN_SIGNAL'] });
    const [db = '', web = ''] = ['db', 'web'].map((name) => chain.cloud.machines.get(name)?.address);
    expect(chain.result, chain.result.reason).toMatchObject({
      state: 'CREATE_COMPLETE',
      unresolved: {},
      outputs: { WebAddress: web, DbPort: 3306 },
    });
    const grants = await readOf(chain, 'db', 'etc/mysql/grants.sql');
    const password = /IDENTIFIED BY '(\w{24})'/.exec(grants)?.[1];
    expect(grants).toBe(`CREATE DATABASE \`shop\`;\nCREATE USER 'root'@'${web}' IDENTIFIED BY '${password}';\n`);
    expect(await readOf(chain, 'web', 'etc/shop/database.yml')).toBe(
      `url: mysql://${db}:3306/shop\npassword: ${password}\n`,
    );
    expect(chain.compiled).not.toContain('"roles"');
    for (const server of ['db', 'web']) {
      for (const log of ['cloud-init.log', 'cloud-init-output.log', 'cloud-init-console.log']) {
        expect(await readOf(chain, server, `var/log/${log}`), `${server} ${log}`).not.toContain(password);
      }
    }
    expect(await readOf(chain, 'db', 'var/log/heat-provision.log')).not.toContain(password);
    expect(chain.signals()).toMatchObject({
      heddle_handle_db: { Status: 'SUCCESS', UniqueId: 'db', Data: '{"port":3306}' },
      heddle_handle_web: { Status: 'SUCCESS', UniqueId: 'web', Data: '{}' },
    });
  });

  it('fails with the error of a recipe', { timeout }, async () => {
    const recipe = 'cookbooks/mysql/recipes/default.rb';
    const chain = await chainOfTwoServers({
      template,
      change: (folder) => writeFile(join(folder, recipe), `raise 'no "data": there'\n`),
    });
    const failed = 'db role mysql (mysql/recipes/default.rb:1) failed: no "data": there';
    expect(chain.result.state).toBe('CREATE_FAILED');
    expect(chain.result.reason).toContain(failed);
    await Promise.all(chain.cloud.boots.values());
    expect(chain.signals()['heddle_handle_db']).toEqual({
      status: 'FAILURE',
      id: 'db',
      data: '{}',
      reason: `[role-failed] ${failed}`,
    });
  });
});
