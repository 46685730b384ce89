import { writeFile } from 'node:fs/promises';
import { heddleProgram } from '../lib/programs.mjs';

/** One ansible-playbook on `node-0` for all machines, over SSH but for itself. */
export async function push(scene, cluster, label, words) {
  const { directory, names, machines, access } = cluster;
  const hosts = names.map((name) => {
    const how = name === names[0] ? 'ansible_connection=local' : `ansible_host=${machines.get(name).address}`;
    return `${name} ${how} ansible_user=root`;
  });
  await writeFile(`${directory}/hosts.ini`, `${hosts.join('\n')}\n`);
  // As common words they reach sftp too, and come beside ControlMaster and ControlPersist, which stay Ansible's own.
  const env = { ...machineEnvironment, ANSIBLE_SSH_COMMON_ARGS: access.words.join(' ') };
  const argv = ['ansible-playbook', '-i', `${directory}/hosts.ini`, ...words, `${directory}/site/site.yml`];
  await start(scene, cluster, names[0], label, machines.get(names[0]).command(argv), env).end;
}

/** An agent on every machine runs the playbook there; the store is beside them. */
export async function heddle(scene, cluster, label) {
  const { directory, names, machines } = cluster;
  const folder = `${directory}/${label}`;
  const role = { name: 'site', ansible: { playbook: 'site.yml' }, outputs: { mark: 'site_mark' } };
  const nodes = Object.fromEntries(names.map((name) => [name, { roles: [role] }]));
  await writeFile(`${directory}/site/heddle.yaml`, JSON.stringify({ heddle: 1, deployment: 'site', nodes }));
  let store;
  const isServing = new Promise((resolve) => {
    const words = [heddleProgram, 'store', `${folder}-store`];
    store = start(scene, cluster, 'store', `${label}-store`, words, {}, (text) => {
      if (text.includes('embedded:')) resolve();
    });
  });
  try {
    await Promise.race([isServing, store.end]);
    const url = `embedded:${folder}-store`;
    const seed = [heddleProgram, 'seed', `${directory}/site/heddle.yaml`, '--store', url, '--access', 'shared'];
    await start(scene, cluster, 'store', `${label}-seed`, seed, {}).end;
    const agents = names.map((name) => {
      const options = { store: url, deployment: 'site', epoch: '1', node: name, directory: `${folder}-${name}` };
      const argv = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
      const command = machines.get(name).command([process.execPath, heddleProgram, 'agent', ...argv]);
      return start(scene, cluster, name, `${label}-${name}`, command, machineEnvironment).end;
    });
    await Promise.all(agents);
  } finally {
    store.child.kill('SIGINT');
    // An interrupt is its ordinary end.
    await store.end.catch(() => undefined);
  }
}

const machineEnvironment = {
  ANSIBLE_SSH_CONTROL_PATH_DIR: '/srv/ansible/cp',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

function start(scene, { groups }, group, label, argv, env, onOutput) {
  const [program, ...words] = groups.inside(group, argv);
  return scene.start(`${label}.log`, program, words, { env, ...(onOutput === undefined ? {} : { onOutput }) });
}
