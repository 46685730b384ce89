import { startEtcd, startZookeeper } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { startStoreProcess } from './support/embedded-server.ts';
import { deployment, read, suggestions } from './support/next-commands.ts';

describe('what the error of a wait says to do next', () => {
  it.each([
    ['embedded', () => startStoreProcess()],
    ['ZooKeeper', () => startZookeeper()],
    ['etcd', () => startEtcd()],
  ] as const)('helps with a store that was away until the deadline: %s', async (_name, start) => {
    const server = await start();
    onTestFinished(() => server.close());
    const made = await Deployment.create({
      'write.sh': script('echo run >> runs.txt', 'read line < gate', 'heddle set word=hello'),
      'read.sh': read,
      'heddle.yaml': deployment(),
    });
    const gate = await made.gate('gate');
    const up = (...words: readonly string[]) =>
      made.startWith(
        { HEDDLE_STORE_USER: undefined, HEDDLE_STORE_PASSWORD: undefined },
        'up',
        ...words,
        '--store',
        server.url,
        '--deadline',
        '10s',
        '--set',
        `out=${made.directory}`,
      );
    const first = up();
    await first.line(/reader read +waits for writer\.word/);
    await server.stop();
    await first.line(/\[unavailable\] reader role read \(heddle\.yaml:12\) waited 10s for writer\.word/);
    await server.start();
    await gate.open();
    const failed = await first.end();
    expect(failed.exitCode, failed.stderr).toBe(24);
    expect(failed.stderr).toContain('the store does not answer, so nobody can say whether the value exists');
    expect(suggestions(failed, 'reader.read')).toEqual([
      'check that the store runs, then run heddle retry reader:read, or heddle up --resume once heddle up has ended',
    ]);

    const helped = await up('--resume').end();
    expect(helped.exitCode, helped.stderr).toBe(0);
    expect(await made.read('read.txt')).toBe('hello\n');
    expect(await made.read('runs.txt')).toBe('run\n');
  });
});
