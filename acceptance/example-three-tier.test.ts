import { describe, expect, it } from 'vitest';
import { testStore } from './support/deployment.ts';
import { complaints, contentOf, type ExampleOptions, runExample, runPlain } from './support/example.ts';
import { filesWith } from './support/files-with.ts';

const threeTier: ExampleOptions = {
  name: 'three-tier',
  nodes: ['db', 'app-0', 'app-1', 'web'],
  writes: ['/etc/database', '/etc/app', '/etc/nginx/token', '/etc/nginx/conf.d/app.conf'],
};

/** The embedded store's own file, mode 0600; another store has none in the folder. */
const storeFiles = testStore === undefined ? ['.heddle/three-tier/log'] : [];

describe('the three-tier example', () => {
  it('hands secrets that are made up on the way to who needs them, writes what plain chef-solo writes that is given them, and shows them to nobody', async () => {
    const { end, deployment, trees } = await runExample(threeTier, { words: ['-v'] });
    expect(complaints(end)).toEqual([]);
    expect(end.stdout).toContain('heddle: three-tier, epoch 1: all 4 roles ended well');
    expect(end.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);

    const reveal = async (name: string) =>
      JSON.parse((await deployment.heddle('get', name, '-o', 'json', '--reveal')).stdout) as string;
    const [password, token] = [await reveal('db.password'), await reveal('web.token')];
    expect(password).toMatch(/^[0-9a-f]{32}$/);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    expect(token).not.toBe(password);
    const written = await trees();
    expect(written).toEqual(await runPlain(threeTier, { replace: { PASSWORD: password, TOKEN: token } }));

    const secretsOfTheApp = `DATABASE_URL=postgres://app:${password}@10.77.0.10:5432/app\nEDGE_TOKEN=${token}\n`;
    for (const node of ['app-0', 'app-1'])
      expect(written[node]?.['etc/app/secrets.env'], node).toBe(`600 0:0\n${secretsOfTheApp}`);
    expect(contentOf(written, 'db', 'etc/database/users.sql')).toContain(`ALTER ROLE app PASSWORD '${password}';`);
    expect(contentOf(written, 'web', 'etc/nginx/conf.d/app.conf')).toContain(
      '  server 10.77.0.11:8000;\n  server 10.77.0.12:8000;\n',
    );

    const status = await deployment.heddle('status', '-o', 'json');
    const listing = await deployment.heddle('ls', '-o', 'json');
    const withheld = await deployment.heddle('get', 'db.password');
    for (const secret of [password, token]) {
      for (const [what, { stdout, stderr }] of Object.entries({ end, status, listing, withheld }))
        expect(`${stdout}${stderr}`, what).not.toContain(secret);
      expect(await filesWith(deployment, secret)).toEqual(storeFiles);
    }
  });
});
