import { parse, type RoleRecord } from '@heddle/core';
import embedded from '@heddle/store-embedded';
import { expect, onTestFinished, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

test('two inputs of one output agree in a run although its producer writes it again in between, and the next run reads what was written again', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': `heddle: 1
deployment: agreed
nodes:
  a:
    roles: [{ name: gives, command: [./a.sh], inputs: { seen: "\${b.seen}" }, outputs: { x: x, rewritten: rewritten } }]
  b:
    roles:
      - name: takes
        command: [./b.sh]
        inputs: { one: "\${a.x}", two: "again \${a.x}", rewritten: "\${a.rewritten}" }
        outputs: { seen: seen }
`,
    'a.sh': script('heddle set x=first', 'heddle get seen', 'heddle set x=second', 'heddle set rewritten=yes'),
    'b.sh': script('heddle get one >> one', 'heddle set seen=yes', 'heddle get rewritten', 'heddle get two >> two'),
  });
  const up = await workspace.heddle('up');
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  expect(await workspace.read('one')).toBe('first\nsecond\n');
  expect(await workspace.read('two')).toBe('again first\nagain second\n');

  const store = await embedded.open(`embedded:${workspace.path('.heddle/agreed')}`);
  onTestFinished(() => store.close());
  const value = await store.get(['agreed', '1', 'values', 'a', 'x']);
  const role = await store.get(['agreed', '1', 'roles', 'b', 'takes']);
  if (value === undefined || role === undefined) throw new Error('nothing is stored');
  const { inputRevisions } = parse<RoleRecord>(role);
  expect(Buffer.from(value.value).toString()).toContain('second');
  expect(inputRevisions?.['a.x']).toBe(value.rev);
});
