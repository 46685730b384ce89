import { cp, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createMachines, openSsh, runIn } from '@heddle/testkit';
import { ProcessorGroups } from '../lib/processor-groups.mjs';
import { checkout } from '../lib/programs.mjs';

/** Everything the playbook makes, and what Ansible leaves behind: open connections and its own temporary files. */
const resetScript = `for path in /srv/ansible/cp/*; do [ ! -S "$path" ] || ssh -O exit -o ControlPath="$path" x 2>/dev/null; done
rm -rf /srv/site /srv/ansible /etc/hosts`;
/** One digest of all files that the playbook writes; the archive holds times. */
const digestScript = 'cd / && find etc/hosts srv/site -type f ! -name backup.tar | sort | xargs sha256sum | sha256sum';

/**
 * Start machines `node-0` to `node-N`, each with sshd and a control group; the groups `store` and those of the machines count apart.
 *
 * @returns `names`, `machines`, `access`, `groups`, `reset`, `digests`, `close`.
 */
export async function startCluster(scene, count) {
  const directory = scene.path(`cluster-${count}`);
  const names = Array.from({ length: count }, (_, index) => `node-${index}`);
  await mkdir(directory);
  await cp(new URL('site', import.meta.url), `${directory}/site`, { recursive: true });
  const binds = [checkout, dirname(process.execPath), directory].filter((path) => !path.startsWith('/usr/'));
  const set = await createMachines({ directory: `${directory}/machines`, names, binds });
  const groups = new ProcessorGroups(`push-or-pull-${count}`);
  try {
    const access = await openSsh(set.machines.values(), directory);
    for (const name of [...names, 'store']) groups.add(name);
    for (const [name, { pid }] of set.machines) groups.adopt(name, pid);
    const everywhere = async (script) => Promise.all(names.map((name) => said(set.machines.get(name), script)));
    const close = async () => {
      await set.close();
      await groups.close();
    };
    return {
      directory,
      names,
      machines: set.machines,
      access,
      groups,
      reset: () => everywhere(resetScript),
      digests: () => everywhere(digestScript),
      close,
    };
  } catch (error) {
    await set.close();
    await groups.close();
    throw error;
  }
}

async function said(machine, script) {
  const { exitCode, output } = await runIn(machine, ['sh', '-c', script]);
  if (exitCode !== 0) throw new Error(`${machine.name}: ${output.trim()}`);
  return output.trim();
}
