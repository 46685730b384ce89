import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '@heddle/core';
import { createMachines } from '@heddle/testkit';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkCleanHost } from './support/clean-host.ts';
import { chefBin, Deployment } from './support/deployment.ts';
import { readTree } from './support/read-tree.ts';

const example = fileURLToPath(new URL('../examples/shop', import.meta.url));
const checkout = fileURLToPath(new URL('..', import.meta.url));
const nodes = ['db', 'lb', 'web-0', 'web-1', 'web-2'] as const;

const copyExample = (to: string) => cp(example, to, { recursive: true, filter: (path) => !path.includes('/.heddle') });

interface Saved {
  readonly automatic: { readonly ipaddress: string; readonly hostname: string };
}

/** The attributes that plain chef-solo gets, in the shape of `examples/shop/static`, with the values of the real run. */
function staticAttributes(
  shape: Record<string, Record<string, Json>>,
  values: Record<string, string | number>,
  node: string,
): Record<string, Json> {
  const text = (name: string) => String(values[name]);
  const addresses = [0, 1, 2].map((index) => text(`web[${index}].ip`));
  const byName = Object.fromEntries(addresses.map((address, index) => [`web-${index}`, address]));
  const all: Record<string, Json> = {
    'mysql.cluster': 'shop-eu',
    'mysql.allow': addresses,
    'mysql.clients': byName,
    'mysql.root_password': text('db.root_password'),
    'shop.name': node,
    'shop.region': 'eu',
    'shop.port': 8080,
    'shop.db': {
      host: text('db.host'),
      port: Number(text('db.port')),
      password: text('db.root_password'),
      url: `mysql://${text('db.host')}:${text('db.port')}/shop`,
    },
    'shop.peers': addresses,
    'shop.peer_map': byName,
    'shop.caches': [{ address: text('web[0].ip'), port: 11211 }],
    'haproxy.backends': addresses.map((address) => `${address}:8080`),
  };
  const fill = (top: string, part: Record<string, Json>) =>
    Object.fromEntries(
      Object.keys(part).map((key) => {
        const value = all[`${top}.${key}`];
        if (value === undefined)
          throw new Error(`static/*.json has an attribute that this test does not know: ${top}.${key}`);
        return [key, value];
      }),
    );
  return Object.fromEntries(
    Object.entries(shape).map(([top, part]) => [top, top === 'run_list' ? part : fill(top, part)]),
  );
}

describe('the shop', () => {
  it('on five machines writes byte for byte what plain chef-solo writes that is given every value beforehand', async () => {
    await checkCleanHost(['/etc/shop-db', '/etc/shop', '/etc/haproxy', '/var/lib/shop-db']);
    const deployment = await Deployment.create({});
    await copyExample(deployment.directory);
    const result = await deployment.heddle('up', '--isolate', 'machine');
    expect(result.stderr.split('\n').filter((line) => !line.startsWith('heddle: warning: heddle.yaml:'))).toEqual([]);
    expect(result.stdout).toContain('heddle: shop, epoch 1: all 5 roles ended well');
    expect(result.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);

    const folder = (node: string) => join(deployment.directory, '.heddle/shop/nodes', node);
    const saved = await Promise.all(
      nodes.map(
        async (node) =>
          (JSON.parse(await readFile(join(folder(node), 'chef/nodes', `${node}.json`), 'utf8')) as Saved).automatic,
      ),
    );
    expect(saved.map(({ hostname }) => hostname)).toEqual(nodes);
    expect(new Set(saved.map(({ ipaddress }) => ipaddress)).size).toBe(5);

    const values: Record<string, string | number> = {};
    for (const name of ['db.host', 'db.port', 'db.root_password', 'web[0].ip', 'web[1].ip', 'web[2].ip']) {
      values[name] = JSON.parse((await deployment.heddle('get', name, '-o', 'json', '--reveal')).stdout);
    }
    expect(values['db.host']).toBe(saved[0]?.ipaddress);
    expect(values['db.port']).toBe(3307);
    expect([0, 1, 2].map((index) => values[`web[${index}].ip`])).toEqual(
      saved.slice(2).map(({ ipaddress }) => ipaddress),
    );
    const withHeddle = Object.fromEntries(
      await Promise.all(nodes.map(async (node) => [node, await readTree(join(folder(node), 'root'))] as const)),
    );

    // The same cookbooks without Heddle, on machines with other addresses: what is written comes from the attributes.
    const plain = await Deployment.create({});
    const set = await createMachines({
      directory: join(plain.directory, 'machines'),
      names: nodes,
      subnet: '10.78.0.0/24',
      binds: [checkout, plain.directory],
    });
    onTestFinished(() => set.close());
    await Promise.all(
      nodes.map(async (node) => {
        const shop = join(plain.directory, node);
        await copyExample(shop);
        const shape = JSON.parse(await readFile(join(shop, 'static', `${node.replace(/-\d$/, '')}.json`), 'utf8'));
        await writeFile(join(shop, 'node.json'), JSON.stringify(staticAttributes(shape, values, node)));
        const words = [
          join(chefBin, 'chef-solo'),
          '--chef-license',
          'accept-silent',
          '-c',
          'solo.rb',
          '-j',
          'node.json',
        ];
        const machine = set.machines.get(node);
        const [program = '', ...rest] = machine?.command(words, { cwd: shop }) ?? [];
        await execa(program, rest);
      }),
    );
    await set.close();
    for (const node of nodes)
      expect(await readTree(join(plain.directory, 'machines', node, 'root')), node).toEqual(withHeddle[node]);

    const files = (node: string) => Object.keys(withHeddle[node] ?? {}).sort();
    expect(files('db')).toEqual(
      ['allow.conf', 'grants.sql', 'root.cnf', 'server.cnf'].map((name) => `etc/shop-db/${name}`),
    );
    for (const node of ['web-0', 'web-1', 'web-2']) {
      expect(files(node), node).toEqual(['app.conf', 'database.yml', 'peers.conf'].map((name) => `etc/shop/${name}`));
    }
    expect(files('lb')).toEqual(['etc/haproxy/haproxy.cfg']);
    expect(JSON.stringify(withHeddle)).not.toMatch(/127\.0\.0\.1|localhost|unnamed|nowhere/);
  });
});
