import assert from 'node:assert/strict';
import type { AdapterTheme } from './types.ts';

/** What a run is given, what it tells, and when it is run again. */
export function runs({ runner, knobs, test }: AdapterTheme): void {
  runner.describe('runs', () => {
    test(
      'a run has the agent in its environment, and heddle on its PATH',
      (directory) => ({
        nodes: {
          writer: [
            {
              name: 'write',
              outputs: { word: {} },
              steps: [
                { run: `echo "$HEDDLE_NODE $HEDDLE_ROLE" > '${directory}/names'` },
                { run: `test -S "$HEDDLE_SOCKET" && test -n "$HEDDLE_RUN"` },
                { run: 'heddle set word=hello' },
              ],
            },
          ],
        },
        peer: { inputs: { word: '${writer.word}' } },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const { exitCode, stderr, stdout } = await place.agent('writer').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal(await place.read('names'), 'writer write\n');
        assert.equal((await peer.await('word')).body['value'], 'hello');
      },
    );

    test(
      'a role that ended well is not run again in its epoch, one that failed is',
      (directory) => ({
        nodes: {
          worker: [
            { name: 'good', steps: [{ run: `echo good >> '${directory}/runs'` }] },
            { name: 'bad', steps: [{ run: `echo bad >> '${directory}/runs'; test -e '${directory}/repaired'` }] },
          ],
        },
      }),
      async (place) => {
        await place.seed();
        assert.equal((await place.agent('worker').end).exitCode, 21);
        await place.write('repaired', '');
        const second = place.agent('worker');
        await second.event({ type: 'skipped', role: 'good', state: 'done' });
        assert.equal((await second.end).exitCode, 0);
        assert.equal(await place.read('runs'), 'good\nbad\nbad\n');
      },
    );

    if (!knobs.tellsSteps) return;
    test(
      knobs.countsUpdates
        ? 'the state of a running role names its step and counts what has changed so far'
        : 'the state of a running role names its step',
      (directory) => ({
        nodes: {
          worker: [
            { name: 'work', steps: [{ run: 'true' }, { run: 'true' }, { run: `read line < '${directory}/one.gate'` }] },
          ],
        },
      }),
      async (place) => {
        await place.seed();
        const gate = await place.gate('one.gate');
        const agent = place.agent('worker');
        await agent.event({ type: 'step', role: 'work', ...(knobs.countsUpdates ? { updated: 2 } : {}) });
        const shown = await place.shownRole('work', ({ step, updated }) =>
          knobs.countsUpdates ? step !== undefined && updated === 2 : step !== undefined,
        );
        assert.equal(shown.state, 'running');
        await gate.open();
        assert.equal((await agent.end).exitCode, 0);
        if (knobs.countsUpdates)
          await place.shownRole('work', ({ state, updated }) => state === 'done' && updated === 3);
      },
    );
  });
}
