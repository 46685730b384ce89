import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AdapterSubject, adapterConformance, type RoleStep, shellRole } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { heddleProgram } from '../support/workspace.ts';

/** Run one test of the kit; rejects when it notices something. */
async function runCase(title: string, subject: AdapterSubject, patienceMs = 120_000): Promise<void> {
  const found: (() => Promise<void>)[] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void (name.startsWith(title) && found.push(body)),
  };
  adapterConformance(runner, subject, { patienceMs });
  expect(found, title).toHaveLength(1);
  await found[0]?.();
}

/** An adapter of a few lines that runs `sh FILE`; `code` is put into the object, over its own members. */
function subject(code = '', write: (steps: readonly RoleStep[]) => readonly string[] = shellRole): AdapterSubject {
  const text = `export default {
  name: 'lines',
  contract: 1,
  options: { safeParse: (data) => ({ success: true, data }), parse: (data) => data },
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  check: async () => [],
  detect: (command, { options }) => command[1] === options.file,
  prepare: async ({ options, directory }) => ({ command: ['sh', options.file], workingDirectory: directory, environment: {} }),
  explainExit: () => undefined,
  ${code}
};
`;
  return {
    adapter: 'heddle-adapter-lines',
    heddle: heddleProgram,
    async install(directory) {
      const folder = join(directory, 'node_modules/heddle-adapter-lines');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'index.js'), text);
      const manifest = { name: 'heddle-adapter-lines', type: 'module', exports: './index.js' };
      await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    },
    role: ({ name, steps }) => ({
      options: { file: `${name}.sh` },
      files: { [`${name}.sh`]: ['set -e', ...write(steps), ''].join('\n') },
      command: ['sh', `${name}.sh`],
    }),
    withoutFile: { options: { file: 'not-there.sh' }, file: 'not-there.sh' },
  };
}

const readsFirst = (steps: readonly RoleStep[]) =>
  shellRole([...steps.filter((step) => 'read' in step), ...steps.filter((step) => !('read' in step))]);
const environment = (variables: string) =>
  `prepare: async ({ options, directory }) => ({ command: ['sh', options.file], workingDirectory: directory, environment: ${variables} }),`;

/** A role in which each line of these steps is written otherwise. */
const rewritten = (kind: string, rewrite: (line: string) => string) =>
  subject('', (steps) => shellRole(steps).map((line, index) => (kind in (steps[index] ?? {}) ? rewrite(line) : line)));

/** Adapters that break one promise each, and the test that has to notice it. */
const faults: readonly (readonly [promise: string, noticed: string, subject: AdapterSubject])[] = [
  [
    'values keep their type',
    'every kind of JSON is read elsewhere as the role wrote it',
    subject('', (steps) => shellRole(steps).map((line) => line.replace(':=', '='))),
  ],
  ['only the read waits', 'a role waits exactly at the read', subject('', readsFirst)],
  [
    'a failed read ends the role',
    'a read whose producer fails ends the role',
    subject('', (steps) => ['set +e', ...shellRole(steps)]),
  ],
  [
    'the environment is passed on',
    'a run has the agent in its environment',
    subject(environment("{ HEDDLE_NODE: 'x' }")),
  ],
  [
    'a role that fails has failed',
    'a role that fails ends the waits',
    rewritten('fail', (line) => `(${line}) || true`),
  ],
  [
    'an output that is not written is not there',
    'a role that ends well without writing',
    rewritten('run', () => 'heddle set word=invented'),
  ],
  [
    'a secret stays where a recipe puts it',
    'a secret that a role prints',
    rewritten('print', (line) => `${line} | tee nodes/reader/kept`),
  ],
  ['a missing file is told', 'a file that does not exist is told by name', subject()],
  ['an unknown option is refused', 'an option that the adapter does not have is refused', subject()],
  ['other commands are refused', 'heddle exec finds the role of a typed command', subject('detect: () => true,')],
];

describe('the conformance kit for adapters', () => {
  it.each(faults)('%s: an adapter that breaks it does not pass', async (_promise, noticed, faulty) => {
    await expect(runCase(noticed, faulty)).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
  });

  it('a read that does not wait is noticed, in an adapter that takes a default instead', async () => {
    const hasty = rewritten('read', (line) => line.replace("'get'", "'get' '--no-wait' '--default' 'none'"));
    await expect(runCase('a role waits exactly at the read', hasty)).rejects.toThrow(
      /^the event .*"wait".* of heddle agent did not come before its end/,
    );
  });

  it('an adapter that hangs fails within the bound, with what was printed, and leaves nothing running', async () => {
    const hanging = rewritten('run', () => 'exec sleep 100000');
    let place = '';
    const watched: AdapterSubject = {
      ...hanging,
      async install(directory) {
        place = directory;
        await hanging.install?.(directory);
      },
    };
    await expect(runCase('an input that is not read is not waited for', watched, 15_000)).rejects.toThrow(
      /^the end of heddle agent did not come within 15000 ms; it printed:\n.*"state":"running"/s,
    );
    expect(await commandLinesNaming(place)).toEqual([]);
    await expect(readdir(place)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each(['every kind of JSON is read elsewhere', 'heddle exec finds the role of a typed command'])(
    'passes the same adapter without the fault: %s',
    (title) => runCase(title, subject()),
  );
});

/** Command lines and environments of running processes that hold a text. */
async function commandLinesNaming(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const file of ['cmdline', 'environ']) {
      // A process that has ended meanwhile, or one of somebody else.
      const content = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
      if (content.includes(text)) found.push(`${pid} ${content.replaceAll('\0', ' ')}`);
    }
  }
  return found;
}
