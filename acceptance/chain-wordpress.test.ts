import { describe, expect, it } from 'vitest';
import { chainOf, type TemplateExample } from './support/chain.ts';
import { booted, modeOf, read } from './support/chain-machine.ts';

const timeout = 600_000;

const wordpress: TemplateExample = {
  name: 'wordpress',
  deployment: 'wordpress',
  servers: ['db', 'web'],
  writes: [
    '/etc/mysql/mariadb.conf.d/60-server.cnf',
    '/etc/mysql/site.sql',
    '/etc/apache2/sites-available/wordpress.conf',
    '/etc/wordpress',
  ],
};

describe('the WordPress template', () => {
  for (const store of ['zk', 'etcd'] as const) {
    it(`becomes a complete stack on ${store}, whose servers have each other's addresses and the password that one of them made up`, {
      timeout,
    }, async () => {
      const title = `It's "our" site: 100 % ☃`;
      const parameters = () => ({ install_packages: false, site_title: title, db_name: 'blog' });
      const storeUser = { user: 'root', password: 'of-who-seeds' };
      const chain = await chainOf(wordpress, { store, storeUser, parameters });
      expect(chain.result, chain.result.reason).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
      const db = await booted(chain, 'db');
      const web = await booted(chain, 'web');

      expect(await read(db, 'etc/mysql/mariadb.conf.d/60-server.cnf')).toBe(
        `[mysqld]\nbind-address = ${db.address}\nport = 3306\ninnodb_buffer_pool_size = 256M\ncharacter-set-server = utf8mb4\nskip-name-resolve\n`,
      );
      const sql = await read(db, 'etc/mysql/site.sql');
      const password = /IDENTIFIED BY '(\w{32})'/.exec(sql)?.[1] ?? '';
      const user = `'wordpress'@'${web.address}'`;
      expect(sql).toBe(
        `CREATE DATABASE IF NOT EXISTS \`blog\`;\nCREATE OR REPLACE USER ${user} IDENTIFIED BY '${password}';\nGRANT ALL ON \`blog\`.* TO ${user};\n`,
      );
      expect(await modeOf(db, 'etc/mysql/site.sql')).toBe('600');

      expect(await read(web, 'etc/apache2/sites-available/wordpress.conf')).toContain(`  ServerName ${web.address}\n`);
      const config = await read(web, `etc/wordpress/config-${web.address}.php`);
      expect(config).toContain(
        `<?php\n// ${title}\ndefine('DB_HOST', '${db.address}:3306');\ndefine('DB_NAME', 'blog');\ndefine('DB_USER', 'wordpress');\ndefine('DB_PASSWORD', '${password}');\n`,
      );
      // One value that Heat made up, in eight lines.
      const salt = /'AUTH_KEY', 'auth(\w{64})'/.exec(config)?.[1];
      const salts = ['auth', 'secure_auth', 'logged_in', 'nonce'].map(
        (use) =>
          `define('${use.toUpperCase()}_KEY', '${use}${salt}');\ndefine('${use.toUpperCase()}_SALT', '${salt}${use}');\n`,
      );
      expect(config.endsWith(salts.join(''))).toBe(true);
      expect(await modeOf(web, `etc/wordpress/config-${web.address}.php`)).toBe('640');

      expect(chain.result.outputs).toEqual({ website: `{"web": "{\\"url\\":\\"http://${web.address}/\\"}"}` });
      // The password came into being on db and is needed on web: nobody else has it, Heat neither.
      const told = [chain.compiled, JSON.stringify(chain.signals()), await read(db, 'etc/heddle/node.json')];
      for (const machine of [db, web]) told.push(await read(machine, 'var/log/cloud-init-output.log'));
      expect(told.filter((text) => text.includes(password))).toEqual([]);
    });
  }
});
