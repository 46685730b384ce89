import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Json } from '@heddle/core';
import type { SocketAnswer } from './peer.ts';
import type { AdapterTheme } from './types.ts';

interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly notes?: readonly string[];
}

function errorOf({ status, body }: SocketAnswer): ToldError {
  assert.ok(body['error'] !== undefined, `an error was expected, not status ${status} with ${JSON.stringify(body)}`);
  return body['error'] as unknown as ToldError;
}

/** What fails is told, once, to everybody who needs it. */
export function failures({ runner, test }: AdapterTheme): void {
  runner.describe('failures', () => {
    test(
      'a role that fails ends the waits for what it has not written, with its own error as the cause; what it wrote stays',
      () => ({
        nodes: {
          writer: [
            {
              name: 'write',
              outputs: { early: {}, late: {} },
              steps: [{ write: 'early', value: 1 }, { fail: 'the disk is full' }, { write: 'late', value: 2 }],
            },
          ],
        },
        peer: { inputs: { early: '${writer.early}', late: '${writer.late}' } },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const waiting = peer.await('late');
        const agent = place.agent('writer');
        const error = errorOf(await waiting);
        assert.equal(error.code, 'producer-failed');
        assert.match([error.message, ...(error.notes ?? [])].join('\n'), /the disk is full/);
        assert.equal((await peer.await('early')).body['value'], 1);
        assert.equal((await agent.end).exitCode, 21);
        const told = await agent.event({ type: 'error', role: 'write' });
        assert.equal((told['error'] as { code: string }).code, 'role-failed');
      },
    );

    test(
      'a read whose producer fails ends the role with that error, and nothing after it happens',
      (directory) => ({
        nodes: {
          reader: [
            {
              name: 'read',
              inputs: { word: '${peer.word}' },
              steps: [
                { read: 'word', file: join(directory, 'word.json') },
                { run: `echo reached > '${directory}/after'` },
              ],
            },
          ],
        },
        peer: { outputs: { word: {} } },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const agent = place.agent('reader');
        await agent.event({ type: 'wait', role: 'read' });
        await peer.end(3);
        assert.equal((await agent.end).exitCode, 21);
        const told = await agent.event({ type: 'error', role: 'read' });
        assert.equal((told['error'] as { code: string }).code, 'producer-failed');
        assert.equal(await place.read('after'), undefined);
        const status = JSON.parse((await place.heddle('status', '-o', 'json')).stdout) as { roles: Json[] };
        assert.match(JSON.stringify(status.roles), /"reader","role":"read","state":"failed"/);
      },
    );

    test(
      'a role that ends well without writing an output ends the waits for it',
      () => ({
        nodes: { writer: [{ name: 'write', outputs: { word: {} }, steps: [{ run: 'true' }] }] },
        peer: { inputs: { word: '${writer.word}' } },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        const waiting = peer.await('word');
        const { exitCode, stderr, stdout } = await place.agent('writer').end;
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal(errorOf(await waiting).code, 'never-written');
      },
    );
  });
}
