import { declareLost, HeddleError, systemClock } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { begin, planOf, type TestNode } from './fixture.ts';

const chain = () =>
  planOf({
    a: { roles: [{ name: 'first', outputs: { x: 'x', y: 'y' } }] },
    b: { roles: [{ name: 'second', inputs: { x: '${a.x}' }, outputs: { z: 'z' } }] },
    c: {
      roles: [{ name: 'third', inputs: { z: '${b.z}', y: { $value: '${a.y}', missing: 'default', default: 'none' } } }],
    },
  });

async function failed(reading: Promise<unknown> | undefined): Promise<HeddleError> {
  const result = await reading?.then(
    () => undefined,
    (error: HeddleError) => error,
  );
  if (result === undefined) throw new Error('the read did not fail');
  return result;
}

/** Begin a read and let it be recorded before what ends it happens. */
async function blocked(node: TestNode | undefined, role: string, input: string) {
  const recorded = node?.nextRecord();
  const reading = node?.read(role, input);
  // The handler is attached now, so that an early rejection is no unhandled one.
  const outcome = failed(reading);
  await recorded;
  return { outcome };
}

describe('a value whose producer has ended without writing it', () => {
  it('fails its readers with never-written', async () => {
    const { nodes } = await begin(chain());
    const first = await nodes['a']?.run('first');
    const { outcome } = await blocked(nodes['b'], 'second', 'x');
    await nodes['a']?.publish('first', 'y', 1);
    await first?.end({ state: 'done' });
    const error = await outcome;
    expect(error).toMatchObject({ code: 'never-written', exitCode: 21 });
    expect(error.message).toContain(
      'b role second (recipes/app.rb:14) needs a.x (input x), which will never come: role first of a ended well without writing a.x',
    );
  });

  it('is delivered if it was written before the end', async () => {
    const { nodes } = await begin(chain());
    const first = await nodes['a']?.run('first');
    await nodes['a']?.publish('first', 'x', 'late but there');
    await first?.end({ state: 'done' });
    expect((await nodes['b']?.read('second', 'x'))?.value).toBe('late but there');
  });

  it('gives way to a default', async () => {
    const { nodes } = await begin(chain());
    await (await nodes['a']?.run('first'))?.end({ state: 'done' });
    expect((await nodes['c']?.read('third', 'y'))?.value).toBe('none');
  });
});

describe('a value whose producer failed', () => {
  it('fails its readers with the cause, and their readers with the first cause', async () => {
    const { nodes } = await begin(chain());
    const first = await nodes['a']?.run('first');
    const second = await nodes['b']?.run('second');
    const { outcome: readX } = await blocked(nodes['b'], 'second', 'x');
    const { outcome: readZ } = await blocked(nodes['c'], 'third', 'z');
    const why = new HeddleError('role-failed', 'a role first (recipes/default.rb:3) failed: boom');
    await first?.end({ state: 'failed', exitCode: 1, error: why.toJSON(), tail: 'last line' });
    const errorX = await readX;
    expect(errorX).toMatchObject({ code: 'producer-failed', exitCode: 21 });
    expect(errorX.notes).toEqual([
      'cause: a role first (recipes/default.rb:3) failed: boom',
      'last output of a:\n  last line',
    ]);
    await second?.end({ state: 'failed', exitCode: 1, error: errorX.toJSON() });
    const errorZ = await readZ;
    expect(errorZ.message).toContain('role second of b failed (exit code 1)');
    expect(errorZ.notes).toContain('first cause: a role first (recipes/default.rb:3) failed: boom');
    expect(errorZ.details).toMatchObject({ firstCause: { node: 'a', role: 'first', code: 'role-failed' } });
  });
});

describe('a node that is lost', () => {
  it('ends its readers, is fenced, and keeps what it had published', async () => {
    const { store, epoch, nodes } = await begin(chain());
    await nodes['a']?.run('first');
    await nodes['a']?.publish('first', 'y', 'kept');
    const { outcome } = await blocked(nodes['b'], 'second', 'x');
    const lost = await declareLost(store, epoch, 'a', 'its agent was ended by SIGKILL', systemClock);
    expect(lost.map((record) => [record.role, record.state])).toEqual([['first', 'lost']]);
    expect(await outcome).toMatchObject({ code: 'producer-lost', exitCode: 21 });
    await expect(nodes['a']?.publish('first', 'x', 'too late')).rejects.toMatchObject({ code: 'fenced' });
    expect((await nodes['c']?.read('third', 'y'))?.value).toBe('kept');
  });
});
