import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { testStore } from './support/deployment.ts';
import { complaints, type ExampleOptions, type ExampleRun, runExample, runPlain } from './support/example.ts';
import { filesWith } from './support/files-with.ts';
import { expectedFiles, filesOf, machines, mpi, readMembers, ringAround } from './support/mpi.ts';
import { checkJoined, joinByCount, joinByScale } from './support/mpi-join.ts';

const chef: ExampleOptions = { ...mpi, file: 'chef.yaml', deploymentName: 'mpi-chef' };

/** Run a form of the example to its good end: every machine has the same files, one program ran on all, and the secret is in no log and no state file. */
async function checkForm(form: ExampleOptions, clusterKeyOf: (published: string) => string) {
  const { name, file = 'heddle.yaml', deploymentName = name } = form;
  const run = await runExample(form, { words: ['-v'] });
  const { end, deployment, trees } = run;
  expect(complaints(end)).toEqual([]);
  expect(end.stdout).toContain(`heddle: ${deploymentName}, epoch 1: all 9 roles ended well`);
  expect(end.exitCode).toBe(0);
  expect(await deployment.processes()).toEqual([]);
  const get = async (...words: string[]) =>
    (await deployment.heddle('get', ...words, '-o', 'json', '--file', file)).stdout;
  expect(JSON.parse(await get('head.ring'))).toBe(ringAround);

  const published = JSON.parse(await get('head.cluster_key', '--reveal')) as string;
  const clusterKey = clusterKeyOf(published);
  expect(clusterKey).toMatch(/^[0-9a-f]{64}\n$/);
  // Ansible's slurp gives it in base64.
  const storeFiles = testStore === undefined ? [`.heddle/${deploymentName}/log`] : [];
  for (const [secret, where] of Object.entries({ [clusterKey.trimEnd()]: [], [published.trimEnd()]: storeFiles })) {
    expect(`${end.stdout}${end.stderr}`).not.toContain(secret);
    expect(await filesWith(deployment, secret)).toEqual(where);
  }

  const written = await trees();
  const members = readMembers(written);
  expect(new Set(members.map(({ hostKey }) => hostKey)).size).toBe(machines.length);
  expect(new Set(members.map(({ userKey }) => userKey)).size).toBe(machines.length);
  const expected = await expectedFiles(written, clusterKey);
  for (const machine of machines) expect(filesOf(written, machine, expected), machine).toEqual(expected);
  return { run, written, members, clusterKey };
}

/** Put the keys that a machine of a run made for itself into the root tree of another machine. */
async function placeKeys({ folder }: ExampleRun, node: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  const from = join(folder(node), 'root');
  const hostKeys = ['rsa', 'ecdsa', 'ed25519'].map((type) => `etc/ssh/ssh_host_${type}_key`);
  const keys = [...hostKeys, 'var/lib/mpi/.ssh/id_ed25519'].flatMap((key) => [key, `${key}.pub`]);
  await execa('cp', ['--archive', '--parents', ...keys, root], { cwd: from });
}

describe('the MPI example', () => {
  it('by Ansible: four machines learn of each other, and a program that one of them starts over SSH runs on all; a fifth joins, only what knows of the others runs again, and the program runs on five', {
    timeout: 600_000,
  }, async () => {
    const { run, written, clusterKey } = await checkForm(mpi, (published) =>
      Buffer.from(published, 'base64').toString(),
    );
    await checkJoined(run, await joinByScale(mpi, run), written, clusterKey);
  });

  it('by Chef: writes the same, and the whole of what plain chef-solo writes that is given all keys beforehand; a fifth joins, and the program runs on five', {
    timeout: 600_000,
  }, async () => {
    const { run, written, members, clusterKey } = await checkForm(chef, (published) => published);
    const made = members.flatMap(({ name, hostKey, userKey }) => {
      const who = name.toUpperCase().replace('-', '_');
      return [
        [`HOST_KEY_OF_${who}`, hostKey],
        [`USER_KEY_OF_${who}`, userKey],
      ];
    });
    const plain = await runPlain(chef, {
      first: 'first-boot',
      replace: Object.fromEntries([...made, ['CLUSTER_KEY', clusterKey.trimEnd()]]) as Record<string, string>,
      place: (node, root) => placeKeys(run, node, root),
    });
    expect(written).toEqual(plain);

    await checkJoined(run, await joinByCount(chef, run), written, clusterKey);
  });
});
