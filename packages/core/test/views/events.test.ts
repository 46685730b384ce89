import { type DeploymentEvent, type Entry, encodeRecord, eventsOf, type Json, type Told } from '@heddle/core';
import { describe, expect, it } from 'vitest';

let revision = 0;
function entry(key: readonly string[], record: object): Entry {
  revision += 1;
  return { key: ['shop', '1', ...key], value: encodeRecord(record as Json), rev: String(revision) };
}

function events(before: Told, now: Told): readonly DeploymentEvent[] {
  return eventsOf((now ?? before)?.key ?? [], before, now);
}

const role = (more: object) =>
  entry(['roles', 'db', 'mysql'], { node: 'db', role: 'mysql', incarnation: '1', startedAt: 'T1', ...more });
const wait = (more: object = {}) =>
  entry(['waits', 'web-0', 'app', '3'], {
    node: 'web-0',
    role: 'app',
    input: 'db.port',
    missing: ['db.port'],
    missingCount: 1,
    producers: ['db.mysql'],
    since: 'T2',
    deadline: 'T3',
    edge: true,
    ...more,
  });

describe('the events of a role', () => {
  it('are its states, and the steps of a state', () => {
    const start = role({ state: 'running', step: 'package[mysql]' });
    expect(events(undefined, start)).toEqual([
      { type: 'role', node: 'db', role: 'mysql', state: 'running', startedAt: 'T1' },
      { type: 'step', node: 'db', role: 'mysql', step: 'package[mysql]' },
    ]);
    expect(events(start, role({ state: 'running', step: 'service[mysql]' }))).toEqual([
      { type: 'step', node: 'db', role: 'mysql', step: 'service[mysql]' },
    ]);
    expect(events(start, role({ state: 'running', step: 'package[mysql]', blockedMs: 7 }))).toEqual([]);
  });

  it('a step and an end tell how much has changed so far', () => {
    const before = role({ state: 'running', step: 'package[mysql]', updated: 0 });
    expect(events(before, role({ state: 'running', step: 'service[mysql]', updated: 1 }))).toEqual([
      { type: 'step', node: 'db', role: 'mysql', step: 'service[mysql]', updated: 1 },
    ]);
    expect(events(before, role({ state: 'done', endedAt: 'T9', updated: 2 }))).toMatchObject([
      { type: 'role', state: 'done', updated: 2 },
    ]);
  });

  it('an end tells how, without the output of the run', () => {
    const end = role({
      state: 'failed',
      endedAt: 'T9',
      exitCode: 3,
      error: { code: 'role-failed', message: 'boom', notes: ['n'] },
      tail: 'secret?',
      unwritten: ['port'],
    });
    expect(events(role({ state: 'running' }), end)).toEqual([
      {
        type: 'role',
        node: 'db',
        role: 'mysql',
        state: 'failed',
        startedAt: 'T1',
        endedAt: 'T9',
        exitCode: 3,
        error: { code: 'role-failed', message: 'boom' },
        unwritten: ['port'],
      },
    ]);
  });

  it('a role that runs again is told of again', () => {
    const again = role({ state: 'running', incarnation: '2' });
    expect(events(role({ state: 'running' }), again)).toMatchObject([{ type: 'role', state: 'running' }]);
  });

  it('the same revision says nothing, as after a reconnect', () => {
    const start = role({ state: 'running' });
    expect(events({ ...start }, start)).toEqual([]);
  });
});

describe('the events of a wait', () => {
  it('are its beginning and its end', () => {
    const began = wait();
    expect(events(undefined, began)).toMatchObject([
      { type: 'wait', number: 3, node: 'web-0', input: 'db.port', missing: ['db.port'] },
    ]);
    expect(events(began, undefined)).toEqual([
      { type: 'wait-ended', node: 'web-0', role: 'app', input: 'db.port', number: 3 },
    ]);
    expect(events(began, wait())).toEqual([]);
  });

  it('one in the place of another ends that first', () => {
    expect(events(wait(), wait({ since: 'T7' })).map(({ type }) => type)).toEqual(['wait-ended', 'wait']);
  });
});

describe('the event of a verdict', () => {
  it('names the wait that ends, the whole cycle and each change that would break it', () => {
    const cycle = [
      { node: 'web-0', role: 'app', producer: { node: 'db', role: 'mysql' }, output: 'db.port', input: 'db.port' },
      { node: 'db', role: 'mysql', producer: { node: 'web-0', role: 'app' }, output: 'web-0.ip', input: 'ip' },
    ];
    const first = 'let role app of web-0 write web-0.ip before it reads db.port, or read db.port later';
    const second = 'or let role mysql of db write db.port before it reads ip, or read ip later';
    const verdict = entry(['verdicts', 'web-0', 'app', '3'], {
      kind: 'deadlock',
      wait: '7',
      cycle,
      suggestion: first,
      at: 'T1',
    });
    expect(events(undefined, verdict)).toEqual([
      { type: 'deadlock', node: 'web-0', role: 'app', number: 3, cycle, suggestion: `${first}; ${second}` },
    ]);
    expect(events(verdict, undefined)).toEqual([]);
  });
});

describe('the event of a value', () => {
  const value = (more: object) =>
    entry(['values', 'db', 'password'], { value: 'hunter22', type: 'string', sensitive: true, ...more });

  it('names the output and never its value', () => {
    const published = value({ source: 'db.rb:4' });
    expect(events(undefined, published)).toEqual([
      { type: 'value', node: 'db', output: 'password', revision: published.rev, sensitive: true, source: 'db.rb:4' },
    ]);
    expect(JSON.stringify(events(undefined, published))).not.toContain('hunter22');
    expect(events(published, value({}))).toHaveLength(1);
  });

  it('a key that is seeded without a value is absent', () => {
    expect(
      events(undefined, { key: ['shop', '1', 'values', 'db', 'port'], value: new Uint8Array(), rev: '1' }),
    ).toEqual([]);
  });
});

describe('the other events', () => {
  it('are of members, the epoch and an abort', () => {
    const member = entry(['members', 'db'], {});
    expect(events(undefined, member)).toEqual([{ type: 'member', node: 'db', state: 'joined' }]);
    expect(events(member, entry(['members', 'db'], {}))).toEqual([]);
    expect(events(member, undefined)).toEqual([{ type: 'member', node: 'db', state: 'gone' }]);
    expect(events(undefined, entry(['open'], { state: 'closed' }))).toEqual([{ type: 'epoch', state: 'closed' }]);
    const abort = entry(['abort'], { by: 'me', reason: 'wrong disk', at: 'T1' });
    expect(events(undefined, abort)).toEqual([{ type: 'abort', state: 'aborted', by: 'me', reason: 'wrong disk' }]);
    expect(events(abort, undefined)).toEqual([{ type: 'abort', state: 'lifted' }]);
  });
});
