import { HeddleError } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { Entrance, type Knock } from '../src/outside/entrance.ts';

const never = new AbortController().signal;

function knocker(more: Partial<Knock> = {}): Knock {
  return { left: new AbortController().signal, ...more };
}

describe('a run from outside', () => {
  test('without a role is let in as the role whose turn comes', async () => {
    const entrance = new Entrance('web', ['one', 'two']);
    const entered = entrance.knock(knocker());
    const guest = await entrance.admit('two', never);
    guest.enter({ role: 'two', run: 'r1' });
    expect(await entered).toEqual({ role: 'two', run: 'r1' });
  });

  test('that comes after its role was waited for is let in at once', async () => {
    const entrance = new Entrance('web', ['one']);
    const admitted = entrance.admit('one', never);
    const entered = entrance.knock(knocker({ role: 'one' }));
    (await admitted).enter({ role: 'one', run: 'r1' });
    expect(await entered).toEqual({ role: 'one', run: 'r1' });
  });

  test('of another role is refused while one is waited for, also when it came before that', async () => {
    const entrance = new Entrance('web', ['one', 'two']);
    const early = entrance.knock(knocker({ role: 'two' }));
    const admitted = entrance.admit('one', never);
    const refusal = {
      code: 'usage',
      message: 'web waits for the run of role one: one of role two can begin only after that',
    };
    await expect(early).rejects.toMatchObject(refusal);
    await expect(entrance.knock(knocker({ role: 'two' }))).rejects.toMatchObject(refusal);
    void entrance.knock(knocker({ role: 'one' })).catch(() => undefined);
    await admitted;
  });

  test('that has ended while it waited is not let in', async () => {
    const entrance = new Entrance('web', ['one']);
    const left = new AbortController();
    const gone = entrance.knock(knocker({ left: left.signal }));
    left.abort(new HeddleError('interrupted', 'the reader gave up'));
    await expect(gone).rejects.toMatchObject({ code: 'interrupted' });
    const entered = entrance.knock(knocker());
    (await entrance.admit('one', never)).enter({ role: 'one', run: 'r2' });
    expect(await entered).toEqual({ role: 'one', run: 'r2' });
  });

  test('is refused where no role is run from outside, for a role that is not, and as a why-run', async () => {
    const none = new Entrance('web', []);
    await expect(none.knock(knocker())).rejects.toMatchObject({ code: 'usage' });
    const entrance = new Entrance('web', ['one']);
    await expect(entrance.knock(knocker({ role: 'on' }))).rejects.toMatchObject({
      code: 'not-found',
      message: 'the agent of web waits for no run of role on from outside; did you mean "one"?',
    });
    await expect(entrance.knock(knocker({ whyRun: true }))).rejects.toMatchObject({ code: 'usage' });
  });

  test('is told why its role cannot start', async () => {
    const entrance = new Entrance('web', ['one', 'two']);
    const [any, one] = [entrance.knock(knocker()), entrance.knock(knocker({ role: 'one' }))];
    const two = entrance.knock(knocker({ role: 'two' }));
    const why = new HeddleError('aborted', 'web role one was not started');
    entrance.turnAway('one', why);
    await expect(any).rejects.toBe(why);
    await expect(one).rejects.toBe(why);
    (await entrance.admit('two', never)).enter({ role: 'two', run: 'r1' });
    expect(await two).toEqual({ role: 'two', run: 'r1' });
  });

  test('is one too many beyond those that may wait', async () => {
    const entrance = new Entrance('web', ['one']);
    for (let count = 0; count < 64; count += 1) void entrance.knock(knocker()).catch(() => undefined);
    await expect(entrance.knock(knocker())).rejects.toMatchObject({ code: 'agent-busy' });
  });
});

describe('after all roles have ended', () => {
  test('a run without a role begins the only role from outside again', async () => {
    const entrance = new Entrance('web', ['one']);
    const next = entrance.next(never);
    void entrance.knock(knocker()).catch(() => undefined);
    expect(await next).toMatchObject({ role: 'one' });
  });

  test('a role from outside that is named twice counts once', async () => {
    const entrance = new Entrance('web', ['one', 'one']);
    const next = entrance.next(never);
    const entered = entrance.knock(knocker());
    (await next).guest.enter({ role: 'one', run: 'r1' });
    expect(await entered).toEqual({ role: 'one', run: 'r1' });
  });

  test('a run that comes is handed on, and the next wait is for another one', async () => {
    const entrance = new Entrance('web', ['one', 'two']);
    void entrance.knock(knocker({ role: 'two' })).catch(() => undefined);
    expect(await entrance.next(never)).toMatchObject({ role: 'two' });
    const next = entrance.next(never);
    void entrance.knock(knocker({ role: 'one' })).catch(() => undefined);
    expect(await next).toMatchObject({ role: 'one' });
  });

  test('it has to say which of several it means, and the one that says it is taken', async () => {
    const entrance = new Entrance('web', ['one', 'two']);
    const next = entrance.next(never);
    await expect(entrance.knock(knocker())).rejects.toMatchObject({
      code: 'usage',
      notes: ['its roles from outside are one, two'],
    });
    void entrance.knock(knocker({ role: 'two' })).catch(() => undefined);
    expect(await next).toMatchObject({ role: 'two' });
  });

  test('the wait ends with the agent', async () => {
    const stop = new AbortController();
    const entrance = new Entrance('web', ['one']);
    const next = entrance.next(stop.signal);
    const why = new HeddleError('interrupted', 'web was interrupted by SIGTERM');
    stop.abort(why);
    await expect(next).rejects.toBe(why);
  });
});
