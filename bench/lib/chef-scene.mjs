import { readFile } from 'node:fs/promises';

/** The kinds of Chef runs, all with the same cookbook, attributes and configuration; two of them without Heddle. */
export const plainKinds = ['plain', 'control'];
export const heddleKinds = ['unrelated', 'shared'];
export const kinds = [...plainKinds, ...heddleKinds];

/** Write the cookbook, the deployment, and what the plain runs get instead of an agent. The names of runs are KIND-INDEX. */
export async function writeFiles(scene, folder, socket, runsPerKind) {
  const group = (inputs) => ({
    count: runsPerKind,
    roles: [
      {
        name: 'measure',
        chef: {
          run_list: ['recipe[reads]'],
          config: 'solo.rb',
          attributes: { bench: { socket, label: '${self.name}' } },
        },
        inputs,
        outputs: { mark: 'bench.mark' },
      },
    ],
  });
  const nodes = {
    // The input lies under a key of its own ...
    unrelated: group({ 'remote.value': '${shared[0].mark}' }),
    // ... and here right beside the attributes that are read, at both depths.
    shared: group({ 'p.remote': '${unrelated[0].mark}', 'p.q.remote': '${unrelated[0].mark}' }),
  };
  const files = {
    'heddle.yaml': JSON.stringify({ heddle: 1, deployment: 'reads', nodes }, null, 2),
    'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\nminimal_ohai true\n",
    'cookbooks/reads/metadata.rb': "name 'reads'\nversion '1.0.0'\n",
    'cookbooks/reads/attributes/default.rb': attributes,
    'cookbooks/reads/recipes/default.rb': await readFile(new URL('recipe.rb', import.meta.url), 'utf8'),
  };
  for (const label of plainKinds.flatMap((kind) => labelsOf(kind, runsPerKind))) {
    files[`${label}/solo.rb`] = plainConfig(scene.path(folder), label);
    files[`${label}/attributes.json`] = JSON.stringify({ bench: { socket, label }, run_list: ['recipe[reads]'] });
  }
  await scene.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])));
}

/** The names of the runs of a kind. */
export function labelsOf(kind, runsPerKind) {
  return Array.from({ length: runsPerKind }, (_, index) => `${kind}-${index}`);
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
function plainConfig(directory, label) {
  const own = (name) => `'${directory}/${label}/${name}'`;
  return `from_file '${directory}/solo.rb'
node_name '${label}'
lockfile ${own('chef-solo.lock')}
pid_file ${own('chef-solo.pid')}
file_cache_path ${own('cache')}
file_backup_path ${own('backup')}
node_path ${own('nodes')}
chef_guid_path ${own('chef_guid')}
`;
}
