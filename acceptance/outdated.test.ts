import { describe, expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';

describe('a role whose input changed', () => {
  it('runs again on --resume, when what it read is written anew', async () => {
    const deployment = await Deployment.create({
      'word.txt': 'old',
      'write.sh': script('read line < gate', 'heddle set word=@word.txt', 'test -e repaired'),
      'read.sh': script('word=$(heddle get writer.word)', 'echo "read $word" >> runs.txt', 'heddle set length:=3'),
      'last.sh': script('length=$(heddle get reader.length)', 'echo "last $length" >> runs.txt'),
      'heddle.yaml': `
heddle: 1
deployment: outdated
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh], outputs: { word: word } }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.word: "\${writer.word}" }, outputs: { length: length } }
  last:
    roles:
      - { name: last, command: [./last.sh], inputs: { reader.length: "\${reader.length}" } }
`,
    });
    const gate = await deployment.gate('gate');
    const first = deployment.start('up');
    await gate.open();
    expect(await first.end()).toMatchObject({ exitCode: 21 });
    expect((await deployment.read('runs.txt')).split('\n').sort()).toEqual(['', 'last 3', 'read old']);
    await deployment.write('word.txt', 'new');
    await deployment.write('repaired', '');
    const again = deployment.start('up', '--resume');
    await again.line(/reader read +done before; not run again/);
    await gate.open();
    const result = await again.end();
    expect(result.stdout).toContain(
      'heddle: reader role read read writer.word before it was written again: it runs again',
    );
    expect(result.exitCode).toBe(0);
    // The length is what it was, so that who read it has nothing to do.
    expect((await deployment.read('runs.txt')).split('\n').sort()).toEqual(['', 'last 3', 'read new', 'read old']);
  });
});

describe('two roles that replace what the other has read in every run', () => {
  it('run again a few times, and then heddle up ends with 21 and says so', async () => {
    const deployment = await Deployment.create({
      'a.sh': script(
        'echo a >> runs.txt',
        'heddle set "y=first $(wc -l < runs.txt)"',
        'heddle get b.x',
        'heddle set "y=second $(wc -l < runs.txt)"',
      ),
      'b.sh': script('heddle get a.y', 'echo b >> runs.txt', 'heddle set "x=$(wc -l < runs.txt)"'),
      'heddle.yaml': `
heddle: 1
deployment: restless
nodes:
  a:
    roles:
      - { name: flip, command: [./a.sh], inputs: { b.x: "\${b.x}" }, outputs: { y: y } }
  b:
    roles:
      - { name: flop, command: [./b.sh], inputs: { a.y: "\${a.y}" }, outputs: { x: x } }
`,
    });
    const { exitCode, stderr } = await deployment.heddle('up');
    expect((await deployment.read('runs.txt')).replaceAll('\n', '')).toBe('abbababa');
    expect(stderr).toContain(
      'heddle: [outdated] b role flop read values that were replaced later, also in the last of 3 runs more',
    );
    expect(exitCode).toBe(21);
  });
});
