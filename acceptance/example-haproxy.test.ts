import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaints, contentOf, type ExampleOptions, runExample, runPlain } from './support/example.ts';

const haproxy: ExampleOptions = {
  name: 'haproxy',
  nodes: ['web-0', 'web-1', 'web-2', 'lb'],
  writes: ['/etc/haproxy', '/etc/nginx/conf.d/site.conf'],
};

describe('the HAProxy example', () => {
  it('writes byte for byte what plain chef-solo writes that is given all backends beforehand, and none on localhost', async () => {
    const { end, deployment, trees } = await runExample(haproxy);
    expect(complaints(end)).toEqual([]);
    expect(end.stdout).toContain('heddle: haproxy, epoch 1: all 4 roles ended well');
    expect(end.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
    const written = await trees();
    expect(written).toEqual(await runPlain(haproxy));

    const balancer = contentOf(written, 'lb', 'etc/haproxy/haproxy.cfg');
    expect(balancer?.slice(balancer.indexOf('frontend'))).toBe(`frontend site
  bind 10.77.0.13:80
  default_backend web

backend web
  balance roundrobin
  server web-0 10.77.0.10:8080 check
  server web-1 10.77.0.11:8081 check
  server web-2 10.77.0.12:8082 check
`);
    expect(contentOf(written, 'web-2', 'etc/nginx/conf.d/site.conf')).toContain('set_real_ip_from 10.77.0.13;');
    expect(JSON.stringify(written)).not.toMatch(/127\.0\.0\.1|localhost/);
  });

  it('writes no haproxy.cfg at all, rather than one with a part of the backends, when a web node fails', async () => {
    const breakWeb2 = async (folder: string) => {
      const recipe = join(folder, 'cookbooks/site/recipes/default.rb');
      const text = await readFile(recipe, 'utf8');
      await writeFile(recipe, `raise 'the disk is full' if node['hostname'] == 'web-2'\n${text}`);
    };
    const { end, trees } = await runExample(haproxy, { change: breakWeb2 });
    expect(end.exitCode).toBe(21);
    expect(`${end.stdout}${end.stderr}`).toContain('web-2');
    const written = await trees();
    expect(written['lb']).toEqual({});
    expect(contentOf(written, 'web-0', 'etc/nginx/conf.d/site.conf')).toContain('listen 10.77.0.10:8080;');
  });
});
