import assert from 'node:assert/strict';
import { join } from 'node:path';
import { untilGone } from './processes.ts';
import type { AdapterTheme, MakeScene } from './types.ts';

/** Starts a process that leaves the group of the run, and goes on when it is there. */
function background(directory: string): string {
  const file = `${directory}/background`;
  const program = `echo $$ > '${file}.new'; mv '${file}.new' '${file}'; exec sleep 100000`;
  return `setsid sh -c "${program.replaceAll('$', '\\$')}" > /dev/null 2>&1 & while [ ! -e '${file}' ]; do sleep 0.1; done`;
}

const scene: MakeScene = (directory) => ({
  nodes: {
    reader: [
      {
        name: 'read',
        inputs: { word: '${peer.word}' },
        steps: [
          { run: `rm -f '${directory}/background'` },
          { run: background(directory) },
          { read: 'word', file: join(directory, 'word.json') },
          { run: `echo reached > '${directory}/after'` },
        ],
      },
    ],
  },
  peer: { outputs: { word: {} } },
});

/** A run ends when it is told to, and leaves nothing behind. */
export function stopping({ runner, knobs, test }: AdapterTheme): void {
  runner.describe('stopping', () => {
    test('a run that waits ends when the agent is stopped, with all that it has started', scene, async (place) => {
      await place.seed();
      await place.peer();
      const agent = place.agent('reader');
      await agent.event({ type: 'wait', role: 'read' });
      const pid = Number(await place.read('background'));
      assert.ok(pid > 0);
      agent.kill('SIGTERM');
      await agent.event({ type: 'role', role: 'read', state: 'aborted' });
      await agent.end;
      await untilGone(pid, knobs.patienceMs);
      assert.equal(await place.read('after'), undefined);
    });

    test(
      'what a killed agent left is ended by the agent that comes after it, which runs the role again',
      scene,
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const killed = place.agent('reader');
        await killed.event({ type: 'wait', role: 'read' });
        const pid = Number(await place.read('background'));
        assert.ok(pid > 0);
        killed.kill('SIGKILL');
        await killed.end;
        const next = place.agent('reader');
        await next.event({ type: 'wait', role: 'read' });
        await untilGone(pid, knobs.patienceMs);
        await peer.publish({ word: 'hello' });
        assert.equal((await next.end).exitCode, 0);
        assert.equal(await place.json('word.json'), 'hello');
        assert.equal(await place.read('after'), 'reached\n');
      },
    );
  });
}
