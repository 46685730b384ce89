import { runIn } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { chainWithCoordinator } from './support/chain-coordinator.ts';
import { booted, read } from './support/chain-machine.ts';

const timeout = 600_000;

describe('a template that heddle compile gave a coordinator', () => {
  it.each(['zk', 'etcd'] as const)(
    'becomes a complete stack: its own %s has started, has seeded the plan, and lets in who has the password',
    { timeout },
    async (kind) => {
      const chain = await chainWithCoordinator(kind);
      expect(chain.result, JSON.stringify(chain.signals())).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
      const coordinator = await booted(chain, 'heddle-coordinator');
      const db = await booted(chain, 'db');
      const web = await booted(chain, 'web');

      expect(chain.signals()['heddle_coordinator_handle']).toMatchObject({ status: 'SUCCESS' });
      const password = (await read(coordinator, 'etc/heddle/coordinator-password')).trim();
      expect(password).toMatch(/^[a-zA-Z0-9]{32}$/);
      const port = kind === 'zk' ? 2181 : 2379;
      const { store, epoch } = JSON.parse(await read(web, 'etc/heddle/node.json')) as { store: string; epoch: string };
      expect({ store, epoch }).toEqual({
        store: `${kind}://heddle:${password}@${coordinator.address}:${port}/heddle`,
        epoch: '1',
      });

      // The values went from one machine to the other through that store.
      expect(await read(web, 'etc/shop/database.yml')).toContain(`url: mysql://${db.address}:3306/shop\n`);
      expect(chain.result.outputs).toMatchObject({ db: '{"db": "{\\"port\\":3306}"}' });

      const words = [
        'node',
        '/opt/heddle/heddle.mjs',
        'get',
        'db.port',
        '--store',
        `${kind}://${coordinator.address}:${port}/heddle`,
        '--deployment',
        'shop',
      ];
      const stranger = await runIn(web, words);
      expect(stranger, stranger.output).toMatchObject({ exitCode: 25 });
      const script = 'HEDDLE_STORE_USER=heddle HEDDLE_STORE_PASSWORD_FILE=/tmp/password exec "$@"';
      const known = await runIn(web, ['sh', '-c', `umask 077; cat >/tmp/password; ${script}`, 'sh', ...words], {
        input: password,
      });
      expect(known).toEqual({ exitCode: 0, output: '3306' });

      for (const log of ['cloud-init.log', 'cloud-init-output.log']) {
        expect(await read(coordinator, `var/log/${log}`), log).not.toContain(password);
      }
    },
  );

  it('fails with what the coordinator could not fetch', { timeout }, async () => {
    const chain = await chainWithCoordinator('zk', ({ control }) => `http://${control.address}:8080/gone.json`);
    expect(chain.result.state).toBe('CREATE_FAILED');
    const why = `the plan cannot be fetched from http://${chain.cloud.control.address}:8080/gone.json after 5 attempts: curl: (22) The requested URL returned error: 404`;
    expect(chain.result.reason).toContain(why);
  });
});
