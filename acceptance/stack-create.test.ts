import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkCleanHost } from './support/clean-host.ts';

const once = fileURLToPath(new URL('../bench/stack-create/once.mjs', import.meta.url));
const servers = ['database', 'cache', 'search'];

interface Outcome {
  /** What Heat did and heard, in order. */
  readonly events: readonly { readonly what: 'asked for' | 'signalled'; readonly server: string }[];
  readonly addresses: Readonly<Record<string, string>>;
  /** `SERVER:PATH` to the text of what its role wrote. */
  readonly files: Readonly<Record<string, string>>;
}

/** Create the stack of the benchmark in one of its ways. */
async function create(directory: string, bundle: string, way: string): Promise<Outcome> {
  const folder = join(directory, way);
  await mkdir(folder);
  await execa(process.execPath, [once, folder, bundle, JSON.stringify({ way, servers, work: 1000, buildMs: 0 })]);
  return JSON.parse(await readFile(join(folder, 'outcome.json'), 'utf8')) as Outcome;
}

const told = ({ events }: Outcome) => events.map(({ what, server }) => `${what} ${server}`);

describe('the stacks whose creation is measured', () => {
  const outcomes: Record<string, Outcome> = {};

  beforeAll(async () => {
    await checkCleanHost(['/srv/tier', '/opt/site']);
    const directory = await mkdtemp(join(tmpdir(), 'heddle-stack-create-'));
    try {
      const { file } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
      for (const way of ['static', 'runtime', 'serial']) outcomes[way] = await create(directory, file, way);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }, 1_800_000);

  it('have the same files, with the addresses, ports and versions of their own machines', () => {
    const { files, addresses } = outcomes['serial'] as Outcome;
    expect(outcomes['static']?.files).toEqual(files);
    expect(outcomes['runtime']?.files).toEqual(files);
    expect(Object.keys(files)).toHaveLength(4 * servers.length);
    const [database, cache] = ['database', 'cache'].map((name) => files[`${name}:/srv/tier/version`]?.trim());
    expect(database).toMatch(/^[0-9a-f]{16}$/);
    expect(cache).not.toBe(database);
    const configuration = (name: string) => files[`${name}:/srv/tier/configuration`];
    expect(configuration('database')).toBe('database\n');
    expect(configuration('cache')).toBe(`cache on ${addresses['database']}:8008, ${database}\n`);
    expect(configuration('search')).toBe(`search on ${addresses['cache']}:8005, ${cache}\n`);
  });

  it('have every server asked for after the signal of the one before, without Heddle', () => {
    expect(told(outcomes['serial'] as Outcome)).toEqual(
      servers.flatMap((name) => [`asked for ${name}`, `signalled ${name}`]),
    );
  });

  it('have servers asked for in their order with addresses from Heat, and all before any signals with those of the machines', () => {
    const asked = servers.map((name) => `asked for ${name}`);
    expect(told(outcomes['static'] as Outcome).filter((event) => event.startsWith('asked'))).toEqual(asked);
    const first = told(outcomes['runtime'] as Outcome).slice(0, servers.length);
    expect(first.toSorted()).toEqual(asked.toSorted());
  });
});
