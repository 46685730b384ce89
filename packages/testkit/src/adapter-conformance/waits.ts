import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { AdapterTheme } from './types.ts';

/** Only the read waits, and what was written before it is out. */
export function waits({ runner, knobs, test }: AdapterTheme): void {
  runner.describe('waits', () => {
    test(
      'a role waits exactly at the read: all before it has happened and is published, nothing after it',
      (directory) => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: { word: '${peer.word}' },
              outputs: { before: {}, after: {} },
              steps: [
                { write: 'before', value: 'written' },
                { run: `echo reached > '${directory}/before'` },
                { read: 'word', file: join(directory, 'word.json') },
                { run: `echo reached > '${directory}/after'` },
                { write: 'after', value: 'written' },
              ],
            },
          ],
        },
        peer: { inputs: { before: '${reader.before}', after: '${reader.after}' }, outputs: { word: {} } },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const agent = place.agent('reader');
        const wait = await agent.event({ type: 'wait', role: 'read' });
        assert.deepEqual(wait['missing'], ['peer.word']);
        if (knobs.namesReaders) assert.match(String(wait['source']), /^[^/].*:\d+$/);
        assert.equal(await place.read('before'), 'reached\n');
        assert.equal(await place.read('after'), undefined);
        assert.equal((await peer.await('before')).body['value'], 'written');
        assert.equal(await peer.has('after'), false);

        await peer.publish({ word: 'hello' });
        const { exitCode, stderr, stdout } = await agent.end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal(await place.json('word.json'), 'hello');
        assert.equal(await place.read('after'), 'reached\n');
        assert.equal((await peer.await('after')).body['value'], 'written');
      },
    );

    test(
      'an input that is not read is not waited for',
      (directory) => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: { unread: '${peer.word}' },
              steps: [{ run: `echo reached > '${directory}/end'` }],
            },
          ],
        },
        peer: { outputs: { word: {} } },
      }),
      async (place) => {
        await place.seed();
        const { exitCode, stderr, stdout } = await place.agent('reader').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal(await place.read('end'), 'reached\n');
      },
    );

    test(
      "two roles that write first and then need each other's values both finish",
      (directory) => {
        const role = (own: string, other: string) => ({
          name: own,
          inputs: { [other]: `\${node-${other}.${other}}` },
          outputs: { [own]: {} },
          steps: [
            { write: own, value: `of ${own}` },
            { read: other, file: join(directory, `${own}.json`) },
          ],
        });
        return { nodes: { 'node-left': [role('left', 'right')], 'node-right': [role('right', 'left')] } };
      },
      async (place) => {
        await place.seed();
        for (const { exitCode, stderr, stdout } of await Promise.all(
          ['node-left', 'node-right'].map((node) => place.agent(node).end),
        ))
          assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal(await place.json('left.json'), 'of right');
        assert.equal(await place.json('right.json'), 'of left');
      },
    );

    if (!knobs.hasDefaults) return;
    test(
      'a default is held back: until the role has written the value, or has ended without',
      (directory) => ({
        nodes: {
          writer: [
            {
              name: 'write',
              outputs: { started: {}, replaced: {}, kept: {} },
              defaults: { replaced: 'default', kept: 'default' },
              steps: [
                { write: 'started', value: true },
                { run: `read line < '${directory}/one.gate'` },
                { write: 'replaced', value: 'written' },
                { run: `read line < '${directory}/two.gate'` },
              ],
            },
          ],
        },
        peer: {
          inputs: { started: '${writer.started}', replaced: '${writer.replaced}', kept: '${writer.kept}' },
        },
      }),
      async (place) => {
        await place.seed();
        const [one, two] = [await place.gate('one.gate'), await place.gate('two.gate')];
        const peer = await place.peer();
        const agent = place.agent('writer');
        assert.equal((await peer.await('started')).body['value'], true);
        assert.equal(await peer.has('replaced'), false);
        await one.open();
        assert.equal((await peer.await('replaced')).body['value'], 'written');
        assert.equal(await peer.has('kept'), false);
        await two.open();
        const { exitCode, stderr, stdout } = await agent.end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal((await peer.await('kept')).body['value'], 'default');
        assert.equal(agent.events({ type: 'published', output: 'replaced' }).length, 1);
      },
    );
  });
}
