import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachines, forward, type Machine, type MachineSet, openDoor, runIn, writeIn } from '../../src/index.ts';

describe('a door of a machine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-doors-'));
  let set: MachineSet;
  let control: Machine;
  let db: Machine;
  beforeAll(async () => {
    set = await createMachines({ directory, names: ['control', 'db'] });
    [control, db] = [...set.machines.values()] as [Machine, Machine];
  });
  afterAll(async () => {
    await set?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const knock = (port: number) => ['bash', '-c', `read -r answer </dev/tcp/${control.address}/${port}; echo "$answer"`];

  it('leads the other machines to this process, and the host nowhere', async () => {
    const door = await openDoor(control, 7001);
    door.server.on('connection', (socket) => socket.end(`you are ${socket.remoteAddress}\n`));
    expect((await runIn(db, knock(7001))).output).toBe(`you are ${db.address}`);
    const fromHost = await execa('timeout', ['2', ...knock(7001)], { reject: false });
    expect(fromHost.stdout).toBe('');
    door.close();
    expect((await runIn(db, knock(7001))).output).toMatch(/refused/i);
  });

  it('says why it cannot be opened', async () => {
    const first = await openDoor(control, 7002);
    await expect(openDoor(control, 7002)).rejects.toThrow(/control: cannot open port 7002.*EADDRINUSE/s);
    first.close();
  });

  it('can lead to a server of the host, both ways, and ends with either side', async () => {
    const echo: Server = createServer((socket) => socket.pipe(socket));
    const port = await new Promise<number>((resolve) => {
      echo.listen(0, '127.0.0.1', () => resolve((echo.address() as { port: number }).port));
    });
    const door = await forward(control, 7003, { host: '127.0.0.1', port });
    const talk = `exec 3<>/dev/tcp/${control.address}/7003; echo hello >&3; read -r -u 3 answer; echo "$answer"`;
    expect((await runIn(db, ['bash', '-c', talk])).output).toBe('hello');
    await new Promise((resolve) => echo.close(resolve));
    expect((await runIn(db, ['bash', '-c', `cat </dev/tcp/${control.address}/7003; echo ended`])).output).toBe('ended');
    door.close();
  });

  it('a file is written inside with its folders and its mode', async () => {
    await writeIn(db, '/opt/new/folder/secret', 'text', '600');
    expect(
      (await runIn(db, ['sh', '-c', 'stat -c %a /opt/new/folder/secret; cat /opt/new/folder/secret'])).output,
    ).toBe('600\ntext');
  });
});
