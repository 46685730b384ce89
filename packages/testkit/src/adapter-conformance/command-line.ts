import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { AdapterTheme, MakeScene, TinyRole, WrittenRole } from './types.ts';

/** Mistakes are found before anything runs, and a typed command becomes a run. */
export function commandLine({ runner, subject, knobs, test }: AdapterTheme): void {
  const work = (directory: string): TinyRole => ({
    name: 'work',
    steps: [{ run: `echo reached > '${directory}/reached'` }],
  });
  const one: MakeScene = (directory) => ({ nodes: { worker: [work(directory)] } });

  runner.describe('the command line', () => {
    test('a role that is as it should be is valid', one, async (place) => {
      const { exitCode, stdout, stderr } = await place.heddle('validate');
      assert.equal(exitCode, 0, `${stderr}${stdout}`);
    });

    test('an option that the adapter does not have is refused by name, with the line', one, async (place) => {
      await place.write(
        'heddle.yaml',
        withOptions({ ...subject.role(work(place.directory)).options, no_such_option: 1 }, subject.adapter),
      );
      const { exitCode, stderr } = await place.heddle('validate');
      assert.equal(exitCode, 3, stderr);
      assert.match(stderr, /heddle\.yaml:\d+: .*no_such_option/);
    });

    test('a file that does not exist is told by name, with the line', one, async (place) => {
      const { options, file } = subject.withoutFile;
      await place.write('heddle.yaml', withOptions(options, subject.adapter));
      const { exitCode, stderr } = await place.heddle('validate');
      assert.equal(exitCode, 3, stderr);
      assert.match(stderr, /heddle\.yaml:\d+: /);
      assert.ok(stderr.includes(file), stderr);
    });

    if (knobs.hasTools) {
      test('a program that is not installed is told before anything starts', one, async (place) => {
        const options = { ...subject.role(work(place.directory)).options, ...subject.withoutTool };
        await place.write('heddle.yaml', withOptions(options, subject.adapter));
        const { exitCode, stderr } = await place.heddle('up');
        assert.equal(exitCode, 2, stderr);
        assert.match(stderr, /\[tool-missing\]/);
        assert.equal(await place.read('reached'), undefined);
      });
    }

    test(
      'heddle exec finds the role of a typed command, which reads and writes as the role does; another command is refused',
      (directory) => ({
        nodes: { worker: [typed(directory)] },
        peer: { inputs: { answer: '${worker.answer}' }, outputs: { word: {} } },
      }),
      async (place) => {
        await place.seed();
        const peer = await place.peer();
        await peer.publish({ word: 'hello' });
        const exec = (...command: readonly string[]) =>
          place.heddle(
            'exec',
            '--deployment',
            'kit',
            '--node',
            'worker',
            '--directory',
            place.nodeDirectory('worker'),
            '--',
            ...command,
          );
        const other = await exec('true');
        assert.equal(other.exitCode, 2, other.stderr);
        assert.match(other.stderr, /is no run of a role of worker/);
        const { exitCode, stderr, stdout } = await exec(...subject.role(typed(place.directory)).command);
        assert.equal(exitCode, 0, `${stderr}${stdout}`);
        assert.equal(await place.json('word.json'), 'hello');
        assert.equal((await peer.await('answer')).body['value'], 42);
      },
    );
  });
}

function typed(directory: string) {
  return {
    name: 'typed',
    inputs: { word: '${peer.word}' },
    outputs: { answer: {} },
    steps: [
      { read: 'word', file: join(directory, 'word.json') },
      { write: 'answer', value: 42 },
    ],
  };
}

/** A deployment of one role with these options. */
function withOptions(options: WrittenRole['options'], adapter: string): string {
  const roles = [{ name: 'work', [adapter]: options }];
  return JSON.stringify({ heddle: 1, deployment: 'kit', nodes: { worker: { roles } } }, null, 2);
}
