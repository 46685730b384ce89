import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachines, type Machine, type MachineSet, openSsh, runIn, type SshAccess } from '../../src/index.ts';

describe('SSH into machines', () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-ssh-'));
  let set: MachineSet;
  let [control, db, web]: Machine[] = [];
  let access: SshAccess;
  beforeAll(async () => {
    const state = join(directory, 'machines');
    set = await createMachines({ directory: state, names: ['control', 'db', 'web'], binds: [directory] });
    [control, db, web] = [...set.machines.values()];
    access = await openSsh([db, web] as Machine[], directory);
  });
  afterAll(async () => {
    await set?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const ask = (from: Machine | undefined, to: Machine | undefined, words = access.words) =>
    runIn(from as Machine, ['ssh', ...words, `root@${to?.address}`, 'hostname; id -un']);

  it('leads whoever has the key to root of each of them', async () => {
    expect(await ask(control, db)).toEqual({ exitCode: 0, output: 'db\nroot' });
    expect(await ask(control, web)).toEqual({ exitCode: 0, output: 'web\nroot' });
  });

  it('is closed to others, and to machines that were not asked for', async () => {
    const withoutKey = access.words.filter((word) => word !== '-i' && word !== access.identityFile);
    expect((await ask(control, db, withoutKey)).output).toMatch(/permission denied \(publickey/i);
    expect((await ask(db, control)).output).toMatch(/connection refused/i);
  });

  it('knows every machine by a key of its own', () => {
    const lines = readFileSync(access.knownHostsFile, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([`${db?.address},db`, `${web?.address},web`]);
    expect(new Set(lines.map((line) => line.split(' ')[2])).size).toBe(2);
  });
});
