import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainOfTwoServers } from './support/chain.ts';
import { booted, modeOf, read } from './support/chain-machine.ts';

const timeout = 600_000;

describe('an enriched template of two servers that need each other', () => {
  it("becomes a complete stack whose machines have each other's address and one generated password", {
    timeout,
  }, async () => {
    const chain = await chainOfTwoServers();
    expect(chain.result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    const db = await booted(chain, 'db');
    const web = await booted(chain, 'web');

    const grants = await read(db, 'etc/mysql/grants.sql');
    const password = /IDENTIFIED BY '(\w{24})'/.exec(grants)?.[1];
    expect(grants).toBe(
      `CREATE DATABASE \`shop\`;\nCREATE USER 'root'@'${web.address}' IDENTIFIED BY '${password}';\n`,
    );
    expect(await read(db, 'etc/mysql/server.cnf')).toBe('[mysqld]\nport = 3306\n');
    expect(await read(web, 'etc/shop/database.yml')).toBe(
      `url: mysql://${db.address}:3306/shop\npassword: ${password}\n`,
    );

    expect(chain.result.outputs).toEqual({ web_address: web.address, db: '{"db": "{\\"port\\":3306}"}' });
    expect(chain.compiled).not.toContain('"roles"');
    // The password came with the user data: it is in the files that need it, and readable by root alone.
    for (const machine of [db, web]) {
      expect(await read(machine, 'etc/heddle/node.json')).toContain(password);
      expect(await modeOf(machine, 'etc/heddle/node.json')).toBe('600');
      for (const log of ['cloud-init.log', 'cloud-init-output.log', 'cloud-init-console.log']) {
        expect(await read(machine, `var/log/${log}`), log).not.toContain(password);
      }
    }
    expect(JSON.stringify(chain.signals())).not.toContain(password);
  });

  it('fails with the error of a recipe, and the server that needed its value says so too', { timeout }, async () => {
    const recipe = 'cookbooks/mysql/recipes/default.rb';
    const chain = await chainOfTwoServers({
      change: (folder) => writeFile(join(folder, recipe), "raise 'the disk of the database is full'\n"),
    });
    expect(chain.result.state).toBe('CREATE_FAILED');
    await booted(chain, 'db');
    const web = await booted(chain, 'web');
    const failed = 'db role mysql (mysql/recipes/default.rb:1) failed: the disk of the database is full';
    expect(chain.result.reason).toContain(failed);
    expect(chain.signals()).toMatchObject({
      heddle_handle_db: { status: 'FAILURE', id: 'db', data: '{}', reason: `[role-failed] ${failed}` },
      heddle_handle_web: { status: 'FAILURE', id: 'web', data: '{}' },
    });
    const { reason } = chain.signals()['heddle_handle_web'] as { reason: string };
    expect(reason).toMatch(/db\.port/);
    expect(reason).toContain('the disk of the database is full');
    await expect(read(web, 'etc/shop/database.yml')).rejects.toThrow(/ENOENT/);
  });

  it('fails with the URL and the answer of its server when a machine cannot fetch the bundle', {
    timeout,
  }, async () => {
    const chain = await chainOfTwoServers({
      parameters: ({ control }) => ({ heddle_bundle_url: `http://someone:secret@${control.address}:8080/gone.mjs` }),
    });
    expect(chain.result.state).toBe('CREATE_FAILED');
    const url = `http://${chain.cloud.control.address}:8080/gone.mjs`;
    const why = `the bundle cannot be fetched from ${url} after 5 attempts: curl: (22) The requested URL returned error: 404`;
    expect(chain.result.reason).toContain(why);
    await booted(chain, 'db');
    await booted(chain, 'web');
    for (const [handle, details] of Object.entries(chain.signals())) {
      expect(details, handle).toMatchObject({ status: 'FAILURE', reason: expect.stringMatching(/^shop-\w+-\w+: /) });
      expect(JSON.stringify(details), handle).toContain(why);
    }
    expect(Object.keys(chain.signals()).sort()).toEqual(['heddle_handle_db', 'heddle_handle_web']);
  });
});
