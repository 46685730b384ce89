import { readFile } from 'node:fs/promises';

/** The four chef-solo processes, all with the same cookbook, attributes and configuration. */
export const labels = ['plain', 'unrelated', 'shared', 'control'];

/** Write the cookbook, the deployment, and what the plain runs get instead of an agent. */
export async function writeFiles(scene, socket) {
  const role = (label, inputs) => ({
    roles: [
      {
        name: 'measure',
        chef: { run_list: ['recipe[reads]'], config: 'solo.rb', attributes: { bench: { socket, label } } },
        inputs,
        outputs: { mark: 'bench.mark' },
      },
    ],
  });
  const deployment = {
    heddle: 1,
    deployment: 'reads',
    nodes: {
      // The input lies under a key of its own ...
      unrelated: role('unrelated', { 'remote.value': '${shared.mark}' }),
      // ... and here right beside the attributes that are read, at both depths.
      shared: role('shared', { 'p.remote': '${unrelated.mark}', 'p.q.remote': '${unrelated.mark}' }),
    },
  };
  await scene.write({
    'heddle.yaml': JSON.stringify(deployment, null, 2),
    'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\nminimal_ohai true\n",
    'cookbooks/reads/metadata.rb': "name 'reads'\nversion '1.0.0'\n",
    'cookbooks/reads/attributes/default.rb': attributes,
    'cookbooks/reads/recipes/default.rb': await readFile(new URL('recipe.rb', import.meta.url), 'utf8'),
  });
  for (const label of ['plain', 'control']) {
    await scene.write({
      [`${label}/solo.rb`]: plainConfig(scene, label),
      [`${label}/attributes.json`]: JSON.stringify({ bench: { socket, label }, run_list: ['recipe[reads]'] }),
    });
  }
}

/** A few neighbours at each level, as real cookbooks have. */
const attributes = `
default['k'] = 'top'
default['p']['k'] = 'second'
default['p']['q']['r'] = 'third'
20.times do |i|
  default['p']["sibling#{i}"] = i
  default['p']['q']["sibling#{i}"] = i
end
default['bench']['mark'] = 'not yet'
`;

/** What Heddle writes around a user's configuration, without Heddle in it. */
function plainConfig(scene, label) {
  const own = (name) => `'${scene.path(label, name)}'`;
  return `from_file '${scene.path('solo.rb')}'
node_name '${label}'
lockfile ${own('chef-solo.lock')}
pid_file ${own('chef-solo.pid')}
file_cache_path ${own('cache')}
file_backup_path ${own('backup')}
node_path ${own('nodes')}
chef_guid_path ${own('chef_guid')}
`;
}
