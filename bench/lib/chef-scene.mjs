import { readFile } from 'node:fs/promises';

/** The kinds of Chef runs without Heddle; all kinds have the same cookbook, attributes and configuration. */
export const plainKinds = ['plain', 'control'];

/** Write the cookbook, the deployment, and what the plain runs get instead of an agent. The names of runs are KIND-INDEX. */
export async function writeFiles(scene, folder, socket, runsPerKind, { recipe, attributes, kinds }) {
  const group = (inputs, outputs = {}) => ({
    count: runsPerKind,
    roles: [
      {
        name: 'measure',
        chef: {
          run_list: ['recipe[bench]'],
          config: 'solo.rb',
          attributes: { bench: { socket, label: '${self.name}' } },
        },
        inputs,
        outputs: { mark: 'bench.mark', ...outputs },
      },
    ],
  });
  const nodes = {
    // The input lies under a key of its own ...
    unrelated: group({ 'remote.value': '${shared[0].mark}' }),
    // ... and here right beside the attributes that are read, at both depths.
    shared: group({ 'p.remote': '${unrelated[0].mark}', 'p.q.remote': '${unrelated[0].mark}' }),
    // An output right beside what is written.
    beside: group({ 'remote.value': '${unrelated[0].mark}' }, { near: 'p.near' }),
  };
  const files = {
    'heddle.yaml': JSON.stringify({ heddle: 1, deployment: 'bench', nodes: only(nodes, kinds) }, null, 2),
    'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\nminimal_ohai true\n",
    'cookbooks/bench/metadata.rb': "name 'bench'\nversion '1.0.0'\n",
    'cookbooks/bench/attributes/default.rb': attributes,
    'cookbooks/bench/recipes/default.rb': await readFile(recipe, 'utf8'),
  };
  for (const label of plainKinds.flatMap((kind) => labelsOf(kind, runsPerKind))) {
    files[`${label}/solo.rb`] = plainConfig(scene.path(folder), label);
    files[`${label}/attributes.json`] = JSON.stringify({ bench: { socket, label }, run_list: ['recipe[bench]'] });
  }
  await scene.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])));
}

/** The names of the runs of a kind. */
export function labelsOf(kind, runsPerKind) {
  return Array.from({ length: runsPerKind }, (_, index) => `${kind}-${index}`);
}

function only(nodes, kinds) {
  return Object.fromEntries(Object.entries(nodes).filter(([kind]) => kinds.includes(kind)));
}

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
