import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const tools = fileURLToPath(new URL('../../.tools', import.meta.url));

/** Make an archive of Node.js as nodejs.org has it, of the one that runs this test. Uncompressed: that is for the time of the test only. */
export async function packNode(folder: string): Promise<string> {
  const program = join(folder, 'node/node-of-the-test/bin/node');
  await mkdir(dirname(program), { recursive: true });
  await copyFile(process.execPath, program);
  return archive(join(folder, 'node.tar'), join(folder, 'node'), ['node-of-the-test']);
}

/** Make an archive of Chef, of the one that the set-up installed: one folder with `bin/chef-solo` in it. */
export async function packChef(folder: string): Promise<string> {
  const program = join(folder, 'chef/bin/chef-solo');
  await mkdir(dirname(program), { recursive: true });
  const launcher = `#!/bin/sh\nexec "$(dirname "$(dirname "$(readlink -f "$0")")")/chef/bin/chef-solo" "$@"\n`;
  await writeFile(program, launcher, { mode: 0o755 });
  const words = ['--transform', 's,^,chef-of-the-test/,S', '-C', join(folder, 'chef'), 'bin'];
  await execa('tar', ['-cf', join(folder, 'chef.tar'), ...words, '-C', tools, 'chef', 'chef-gems']);
  return join(folder, 'chef.tar');
}

/** Where an apt repository has its files, by their names in it. */
export type AptRepository = Readonly<Record<'Packages' | 'ansible-core.deb', string>>;

/** Make an apt repository with the package of Ansible that Debian installed on this computer. @throws when it is not Debian's. */
export async function packAnsible(folder: string): Promise<AptRepository> {
  const tree = join(folder, 'ansible');
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const { stdout: listed } = await execa('dpkg', ['--listfiles', 'ansible-core']);
  const files = join(folder, 'ansible.tar');
  // Images for containers leave out what nobody runs, manuals for instance.
  const words = ['--no-recursion', '--ignore-failed-read', '--warning=no-failed-read', '-P', '--files-from=-'];
  await execa('tar', ['-cf', files, ...words], { input: listed.replace('/.\n', '') });
  await execa('tar', ['-xf', files, '-C', tree]);
  const fields = ['Package', 'Version', 'Architecture', 'Maintainer', 'Depends', 'Description'];
  const format = fields.map((field) => `${field}: \${${field}}\\n`).join('');
  const { stdout: control } = await execa('dpkg-query', ['--show', `--showformat=${format}`, 'ansible-core']);
  await writeFile(join(tree, 'DEBIAN/control'), `${control}\n`);
  const repository = join(folder, 'repository');
  await mkdir(repository);
  const file = join(repository, 'ansible-core.deb');
  await execa('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', '-z1', tree, file]);
  const { stdout: packages } = await execa('dpkg-scanpackages', ['.'], { cwd: repository });
  await writeFile(join(repository, 'Packages'), `${packages}\n`);
  return { Packages: join(repository, 'Packages'), 'ansible-core.deb': file };
}

async function archive(file: string, folder: string, names: readonly string[]): Promise<string> {
  await execa('tar', ['-cf', file, '-C', folder, ...names]);
  return file;
}
