import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readCases, suitesFolder } from '../ansible-cases/cases.mjs';
import { type AnsibleVersion, ansiblePrograms } from './ansible-programs.ts';
import { Deployment, testStore } from './deployment.ts';
import { filesWith } from './files-with.ts';
import { markVariable } from './processes.ts';
import type { HeddleEnd } from './run.ts';

/** What the nodes of one run wrote: node, file, text. */
type Written = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How the ordinary run went. */
interface PushEnd {
  readonly exitCode: number | undefined;
  readonly said: string;
  readonly written: Written;
}

/** A suite's playbook as it went with Heddle, and what it has to write. */
interface SuiteRun {
  readonly end: HeddleEnd;
  readonly pushEnd: PushEnd;
  readonly written: Written;
  readonly expected: Written;
}

export interface SuiteOptions {
  /** Run the suite once more with both versions in it: its `heddle.yaml` has the parameter `other`, the program that some of its nodes run. @default false */
  readonly canMix?: boolean;
  /** A value that no file of the suite holds as it is, and the names of the files in which its plays write it. @default none */
  readonly secret?: { readonly text: string; readonly files: readonly string[] };
}

/** Fewer programs for each task. */
const quicker = { ANSIBLE_PIPELINING: 'true' };

/** The playbook of every suite; it imports those of the cases. */
const site = 'site.yml';
const caseFile = /^\d\d-/;

/**
 * Declare the tests of a suite of cases, one for each case and version.
 *
 * A suite is a folder with a deployment whose nodes all run `site.yml`, each with its own ansible-playbook. The oracle is the same playbook in
 * ordinary push mode: one process, the inventory `push.yml`, whose `all.hosts` lists every host. Tasks write `{{ work }}/NN-name`, the files of case NN; `work` is each host's own folder.
 * They have to be the same, byte for byte. A file in `expected/NODE`, `expected-VERSION/NODE` or `expected-mixed/NODE` counts instead where a node that runs by itself differs by nature.
 */
export function describeSuite(suite: string, { canMix = false, secret }: SuiteOptions = {}): void {
  const cases = readCases(suite);
  const runs: (readonly [string, AnsibleVersion, AnsibleVersion])[] = [
    ['ansible-core 2.14', '2.14', '2.14'],
    ['ansible-core 2.19', '2.19', '2.19'],
  ];
  if (canMix) runs.push(['both versions in one deployment', '2.14', '2.19']);
  const pushes = new Map<AnsibleVersion, Promise<PushEnd>>();
  describe.each(runs)(`the suite ${suite} with %s`, (_, version, other) => {
    const isMixed = version !== other;
    let deployment: Deployment;
    // Of mode 0600: only the embedded store has files in the folder.
    const storeFiles = testStore === undefined ? [`.heddle/${suite}/log`] : [];
    let run: SuiteRun;
    beforeAll(async () => {
      deployment = await Deployment.open();
      // A deployment of both versions needs no oracle of its own.
      const pushed =
        pushes.get(version) ?? push(suite, join(deployment.directory, 'oracle'), version, deployment.directory);
      pushes.set(version, pushed);
      run = await runSuite(suite, deployment, pushed, version, canMix ? other : undefined);
    });
    afterAll(() => deployment.close());

    it('ends well and leaves no process', async () => {
      expect(run.end.exitCode, `${run.end.stdout}${run.end.stderr}`).toBe(0);
      expect(await deployment.processes()).toEqual([]);
    });

    it('ends well without Heddle too', () => expect(run.pushEnd.exitCode, run.pushEnd.said).toBe(0));

    if (secret !== undefined)
      it('shows a secret in nothing that it prints, and in no file but those that its plays write', async () => {
        expect(`${run.end.stdout}${run.end.stderr}`).not.toContain(secret.text);
        const files = (await filesWith(deployment, secret.text)).filter(
          (file) => !file.startsWith('oracle/') && !storeFiles.includes(file),
        );
        expect(new Set(files.map((file) => basename(file)))).toEqual(new Set(secret.files));
      });

    for (const { number, title, file, isMixed: isOfMixed } of cases) {
      if (isOfMixed && !isMixed) continue;
      it(`case ${number}: ${title}`, () => {
        const prefix = file.slice(0, 3);
        const wanted = ofCase(run.expected, prefix);
        expect(Object.keys(wanted), `what ${file} has to write`).not.toEqual([]);
        expect(ofCase(run.written, prefix)).toEqual(wanted);
      });
    }
  });
}

async function runSuite(
  suite: string,
  deployment: Deployment,
  pushed: Promise<PushEnd>,
  version: AnsibleVersion,
  other: AnsibleVersion | undefined,
): Promise<SuiteRun> {
  const { directory } = deployment;
  await cp(join(suitesFolder, suite), directory, { recursive: true });
  const environment = { ...quicker, HEDDLE_ANSIBLE_PLAYBOOK: ansiblePrograms[version] };
  const words = ['up', '-v', '--set', `folder=${directory}`];
  if (other !== undefined) words.push('--set', `other=${ansiblePrograms[other]}`);
  const [end, pushEnd] = await Promise.all([deployment.startWith(environment, ...words).end(), pushed]);
  const written = await readNodes(join(directory, '.heddle', suite, 'nodes'));
  const names = ['', `-${version}`, ...(other === undefined || other === version ? [] : ['-mixed'])];
  const own = await Promise.all(names.map((name) => readNodes(join(directory, `expected${name}`))));
  const expected = [pushEnd.written, ...own];
  const nodes = new Set(expected.flatMap((files) => Object.keys(files)));
  return {
    end,
    pushEnd,
    written,
    expected: Object.fromEntries(
      [...nodes].map((node) => [node, Object.assign({}, ...expected.map((files) => files[node]))]),
    ),
  };
}

/** Run the playbook as without Heddle: one process for all hosts, nothing of Heddle in it. In a copy: a project may keep something in its own folder. */
async function push(suite: string, directory: string, version: AnsibleVersion, mark: string): Promise<PushEnd> {
  await cp(join(suitesFolder, suite), directory, { recursive: true });
  const folder = join(directory, 'pushed');
  const inventory = parse(await readFile(join(directory, 'push.yml'), 'utf8')) as { all: { hosts: object } };
  await Promise.all(Object.keys(inventory.all.hosts).map((host) => mkdir(join(folder, host), { recursive: true })));
  const { exitCode, stdout, stderr } = await execa(
    ansiblePrograms[version],
    ['-i', 'push.yml', '-e', JSON.stringify({ work: `${folder}/{{ inventory_hostname }}` }), site],
    { cwd: directory, reject: false, stdin: 'ignore', env: { ...quicker, [markVariable]: mark } },
  );
  return { exitCode, said: `${stdout}\n${stderr}`, written: await readNodes(folder) };
}

async function readNodes(folder: string): Promise<Written> {
  const nodes = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  return Object.fromEntries(
    await Promise.all(
      nodes.map(async (node) => {
        const names = (await readdir(join(folder, node))).filter((name) => caseFile.test(name));
        const texts = names.map(async (name) => [name, await readFile(join(folder, node, name), 'utf8')] as const);
        return [node, Object.fromEntries(await Promise.all(texts))] as const;
      }),
    ),
  );
}

function ofCase(written: Written, prefix: string): Written {
  return Object.fromEntries(
    Object.entries(written).flatMap(([node, files]) => {
      const own = Object.entries(files).filter(([name]) => name.startsWith(prefix));
      return own.length === 0 ? [] : [[node, Object.fromEntries(own)]];
    }),
  );
}
