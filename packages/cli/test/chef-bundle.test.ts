import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

test('heddle up runs a role with the Chef of a Gemfile', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': `heddle: 1
deployment: bundled
nodes:
  web: { roles: [{ name: app, chef: { run_list: ["recipe[app]"] }, outputs: { bundle: app.bundle } }] }
`,
    'cookbooks/app/metadata.rb': "name 'app'\n",
    'cookbooks/app/recipes/default.rb': "node.default['app']['bundle'] = ENV['BUNDLE_GEMFILE']\n",
  });
  const gemfile = `${checkout}packages/adapter-chef/gem/Gemfile`;
  const up = await workspace.start(['up'], {
    BUNDLE_GEMFILE: gemfile,
    BUNDLE_PATH: `${checkout}.tools/chef-gems`,
    HEDDLE_CHEF_SOLO: undefined,
  }).end;
  expect(up.exitCode, up.stderr).toBe(0);
  expect(await workspace.heddle('get', 'web.bundle')).toMatchObject({ stdout: `${gemfile}\n` });
});
