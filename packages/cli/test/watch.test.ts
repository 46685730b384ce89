import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { pair } from './support/pair.ts';
import { heddleProgram, Workspace } from './support/workspace.ts';

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

function eventsIn(stdout: string): Event[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

describe('heddle watch', () => {
  test('tells what is there and what happens, one object a line, and ends with the deployment', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    const up = workspace.start(['up']);
    await Promise.all([up.line(/web-0 app +waits for db\.port/), up.line(/web-1 app +waits for db\.port/)]);
    const watches = [workspace.start(['watch', '--from-start']), workspace.start(['watch'])];
    await Promise.all(watches.map((watch) => watch.line(/"type":"watch"/)));
    await watches[0]?.line(/"type":"value","node":"web-1","output":"ip"/);
    await open();
    const [whole, changes] = await Promise.all(watches.map((watch) => watch.end));
    await up.end;
    expect([whole?.exitCode, changes?.exitCode]).toEqual([0, 0]);
    const events = eventsIn(whole?.stdout ?? '');
    expect(events.every(({ v, time }) => v === 1 && typeof time === 'string')).toBe(true);
    expect(events[0]).toMatchObject({ type: 'watch', deployment: 'pair', epoch: '1', fromStart: true });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'all-ended' });
    const outputs = events
      .filter(({ type }) => type === 'value')
      .map(({ node, output }) => `${String(node)}.${String(output)}`);
    expect(outputs.sort()).toEqual(['db.host', 'db.note', 'db.port', 'db.secret', 'db.tags', 'web-0.ip', 'web-1.ip']);
    expect(events.filter(({ type, state }) => type === 'role' && state === 'done')).toHaveLength(3);
    for (const node of ['web-0', 'web-1']) {
      const waits = events
        .filter((event) => event.node === node && event['input'] === 'db.port')
        .map(({ type }) => type);
      expect(waits).toEqual(['wait', 'wait-ended']);
    }
    for (const stdout of [whole?.stdout, changes?.stdout]) expect(stdout).not.toMatch(/hunter22|10\.0\.0\.5/);
    // What was there before it began is not told by the other one.
    expect(eventsIn(changes?.stdout ?? '').filter(({ type, output }) => type === 'value' && output === 'host')).toEqual(
      [],
    );
  });

  test('of a deployment that has ended tells it and ends', async () => {
    const workspace = await Workspace.forTest(pair);
    await (await workspace.gate('gate'))();
    await workspace.heddle('up');
    const { exitCode, stdout } = await workspace.heddle('watch', '--from-start');
    expect(exitCode).toBe(0);
    expect(eventsIn(stdout).filter(({ type }) => type === 'value')).toHaveLength(7);
    expect(eventsIn(stdout).at(-1)).toMatchObject({ type: 'end', reason: 'all-ended' });
  });

  test('ends when another epoch begins, and on an interrupt with 130', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const [closed, interrupted] = [
      workspace.start(['watch', '--from-start']),
      workspace.start(['watch', '--from-start']),
    ];
    await Promise.all([closed, interrupted].map((watch) => watch.line(/"type":"epoch","state":"open"/)));
    interrupted.kill('SIGINT');
    const end = await interrupted.end;
    expect({ exitCode: end.exitCode, stderr: end.stderr }).toEqual({ exitCode: 130, stderr: '' });
    expect(eventsIn(end.stdout).at(-1)).toMatchObject({ type: 'end', reason: 'interrupted' });
    await workspace.heddle('seed', 'heddle.yaml');
    const { exitCode, stdout } = await closed.end;
    expect(exitCode).toBe(0);
    expect(eventsIn(stdout).slice(-2)).toMatchObject([
      { type: 'epoch', state: 'closed' },
      { type: 'end', reason: 'epoch-closed' },
    ]);
  });

  test('whoever has read enough may go', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const watch = execa('sh', ['-c', `${heddleProgram} watch --from-start | { read line; echo "$line"; }`], {
      cwd: workspace.directory,
    });
    await new Promise((resolve) => void watch.stdout.once('data', resolve));
    // Like any program, it learns that nobody reads when it has something to write.
    await workspace.heddle('seed', 'heddle.yaml');
    const { stdout, stderr } = await watch;
    expect(JSON.parse(stdout)).toMatchObject({ type: 'watch' });
    expect(stderr).toBe('');
  });
});
