import {
  absentError,
  type HeddleError,
  neverError,
  producerText,
  type RoleRecord,
  storeDownError,
  timeoutError,
  unusableError,
  HeddleError as WaitError,
  type WaitFacts,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { judgeProducer } from '../../src/runtime/wait/never-coming.ts';
import { planOf } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'mysql.port' } }] },
  web: { roles: [{ name: 'app', inputs: { 'db.port': '${db.port}' } }] },
});
const input = plan.nodes.find(({ name }) => name === 'web')?.roles[0]?.inputs[0];
if (input === undefined) throw new Error('the plan has no input');

const nowMs = Date.parse('2026-01-01T00:10:00Z');
const running: RoleRecord = {
  state: 'running',
  node: 'db',
  role: 'mysql',
  incarnation: '1',
  startedAt: '2026-01-01T00:05:00Z',
  step: 'package[mysql-server]',
  stepAt: '2026-01-01T00:09:18Z',
};
const facts: WaitFacts = {
  node: 'web',
  role: 'app',
  input,
  source: 'recipes/app.rb:14',
  waitedMs: 125_000,
  missing: [{ ref: { node: 'db', output: 'port' }, role: 'mysql', producer: running }],
  nowMs,
};

/** The parts that an error of a wait has, each on its own, so that one which goes missing is named. */
interface Parts {
  readonly code: string;
  readonly exitCode: number;
  readonly reader: string;
  readonly place: string;
  readonly output: string;
  readonly path: string;
  /** `undefined`: nobody knows, or nobody has to. */
  readonly producer: string | undefined;
  readonly time: string | undefined;
  readonly next: readonly string[];
}

function expectParts(error: HeddleError, parts: Parts): void {
  expect(error.code).toBe(parts.code);
  expect(error.exitCode).toBe(parts.exitCode);
  expect(error.message, 'who reads').toContain(parts.reader);
  expect(error.message, 'where it reads').toContain(parts.place);
  expect(error.message, 'what is missing').toContain(parts.output);
  expect(error.message, 'on which path').toContain(parts.path);
  const all = [error.message, ...error.notes].join('\n');
  if (parts.producer !== undefined) expect(all, 'who should have produced it').toContain(parts.producer);
  if (parts.time !== undefined) expect(error.message, 'how long it took').toContain(parts.time);
  expect(error.next, 'what to do next').toEqual(parts.next);
  expect(error.details, 'facts as fields').toMatchObject({
    node: 'web',
    role: 'app',
    input: 'db.port',
    missing: ['db.port'],
    source: 'recipes/app.rb:14',
  });
}

const parts = {
  reader: 'web role app',
  place: '(recipes/app.rb:14)',
  output: 'db.port',
  path: '(input db.port)',
};
const step = 'producer: db, role mysql: running package[mysql-server], for 42s';
const status = 'heddle status  shows what every role is doing';

describe('the error of a wait', () => {
  it('that timed out has who, where, what, path, producer with its step, time and next commands', () => {
    expectParts(timeoutError(facts, 125_000), {
      ...parts,
      code: 'wait-timeout',
      exitCode: 20,
      producer: step,
      time: 'waited 2m 5s for',
      next: [
        status,
        'wait until that is there, then run heddle retry web:app, or heddle up --resume once heddle up has ended',
        'or give the input "db.port" a longer deadline in the deployment file (heddle.yaml:1), then run heddle up --resume',
      ],
    });
  });

  it('that was not allowed has who, where, what, path, producer with its step and next commands', () => {
    expectParts(absentError({ ...facts, waitedMs: 0 }), {
      ...parts,
      code: 'missing-value',
      exitCode: 20,
      producer: step,
      time: undefined,
      next: [status, 'say "missing: wait" at the input "db.port" to wait for it, then run heddle up again'],
    });
  });

  it('for a store that was away to the end says so, and blames no producer', () => {
    const error = storeDownError(facts, 125_000);
    expectParts(error, {
      ...parts,
      code: 'unavailable',
      exitCode: 24,
      producer: undefined,
      time: 'waited 2m 5s for',
      next: [
        'check that the store runs, then run heddle retry web:app, or heddle up --resume once heddle up has ended',
      ],
    });
    expect(error.message).toContain('the store does not answer, so nobody can say whether the value exists');
    expect(error.notes).toEqual([]);
  });

  it('whose value does not fit has who, where, path, what is wrong and the line to correct', () => {
    const error = unusableError(facts, new WaitError('wrong-type', 'db.port is a list'));
    expectParts(error, {
      ...parts,
      path: 'its input db.port',
      code: 'wrong-type',
      exitCode: 26,
      producer: undefined,
      time: undefined,
      next: [
        'correct the expression of the input "db.port" in the deployment file (heddle.yaml:1), or what the producer writes; then run heddle up again',
      ],
    });
    expect(error.message).toMatch(/: db\.port is a list$/);
  });

  it('names at most five missing outputs and the place in the deployment file where the reader is not known', () => {
    const missing = [0, 1, 2, 3, 4, 5, 6].map((index) => ({
      ref: { node: `web-${index}`, output: 'ip' },
      role: 'app',
    }));
    const error = timeoutError({ ...facts, source: undefined, missing }, 1000);
    expect(error.message).toBe(
      'web role app (heddle.yaml:1) waited 1s for web-0.ip, web-1.ip, web-2.ip, web-3.ip, web-4.ip and 2 more (input db.port)',
    );
    expect(error.notes).toEqual([0, 1, 2, 3, 4].map((index) => `producer: web-${index}, role app: not started yet`));
  });

  it('for an output that was asked for by its name suggests a deadline of the role', () => {
    const error = timeoutError({ ...facts, input: { ...input, undeclared: true } }, 1000);
    expect(error.message).toBe('web role app (recipes/app.rb:14) waited 1s for db.port');
    expect(error.next[2]).toBe(
      'or give role app a longer deadline in the deployment file (heddle.yaml:1), then run heddle up --resume',
    );
  });
});

describe('a wait whose value will never come', () => {
  const failure = new WaitError('role-failed', 'db role mysql (mysql/recipes/default.rb:3) failed: the disk is full');
  const end: RoleRecord = {
    state: 'failed',
    node: 'db',
    role: 'mysql',
    incarnation: '1',
    endedAt: '2026-01-01T00:09:00Z',
  };
  const never = (record: RoleRecord) => {
    const why = judgeProducer(record, 'db.port');
    if (why === undefined) throw new Error('the value may still come');
    return neverError(facts, why);
  };
  const repairOf = (node: string, role: string) => [
    `repair role ${role} of ${node}, then run heddle retry ${node}:${role}, or heddle up --resume once heddle up has ended`,
  ];
  const repair = repairOf('db', 'mysql');
  const rerun = 'run heddle retry db:mysql, or heddle up --resume once heddle up has ended';

  it('of a failed producer has its exit code, its error, the last lines of its output and the first cause', () => {
    const error = never({ ...end, exitCode: 7, error: failure.toJSON(), tail: 'copying\nno space left\n' });
    expectParts(error, {
      ...parts,
      code: 'producer-failed',
      exitCode: 21,
      producer: 'role mysql of db failed (exit code 7)',
      time: ', after 2m 5s',
      next: repair,
    });
    expect(error.notes).toEqual([
      'cause: db role mysql (mysql/recipes/default.rb:3) failed: the disk is full',
      'last output of db:\n  copying\n  no space left',
    ]);
    expect(error.details['firstCause']).toEqual({
      node: 'db',
      role: 'mysql',
      code: 'role-failed',
      message: failure.message,
    });
  });

  it('of a producer that was itself starved names the cause and the first cause, which is what to repair, and no output', () => {
    const first = {
      node: 'disk',
      role: 'format',
      code: 'role-failed',
      message: 'disk role format failed: exit code 1',
    };
    const starved = new WaitError('producer-failed', 'db role mysql needs disk.path', {
      details: { firstCause: first },
    });
    const error = never({ ...end, exitCode: 1, error: starved.toJSON(), tail: 'what it printed' });
    expect(error.notes).toEqual([
      'cause: db role mysql needs disk.path',
      'first cause: disk role format failed: exit code 1',
    ]);
    expect(error.details['firstCause']).toEqual(first);
    expect(error.next).toEqual(repairOf('disk', 'format'));
  });

  it('of a producer whose tool named the place of its error does not repeat its output', () => {
    const placed = new WaitError('role-failed', failure.message, { details: { source: 'mysql/recipes/default.rb:3' } });
    expect(never({ ...end, exitCode: 1, error: placed.toJSON(), tail: 'the same again' }).notes).toEqual([
      `cause: ${failure.message}`,
    ]);
  });

  it('of an interrupted producer says that it was aborted', () => {
    const interrupted = new WaitError('interrupted', 'db was interrupted by SIGINT');
    const error = never({ ...end, state: 'aborted', error: interrupted.toJSON() });
    expectParts(error, {
      ...parts,
      code: 'producer-failed',
      exitCode: 21,
      producer: 'role mysql of db was aborted',
      time: ', after 2m 5s',
      next: [rerun],
    });
    expect(error.notes).toEqual(['cause: db was interrupted by SIGINT']);
  });

  it('of a lost node says so, and what is known of that', () => {
    const lost = new WaitError('producer-lost', 'db role mysql is lost: its agent was ended by SIGKILL');
    const error = never({ ...end, state: 'lost', error: lost.toJSON() });
    expectParts(error, {
      ...parts,
      code: 'producer-lost',
      exitCode: 21,
      producer: 'role mysql of db is gone: its node was lost',
      time: ', after 2m 5s',
      next: [rerun],
    });
    expect(error.notes).toEqual(['cause: db role mysql is lost: its agent was ended by SIGKILL']);
  });

  it('of a producer that ended well without writing it suggests to write it, or to correct the path', () => {
    const error = never({ ...end, state: 'done', exitCode: 0 });
    expectParts(error, {
      ...parts,
      code: 'never-written',
      exitCode: 21,
      producer: 'role mysql of db ended well without writing db.port',
      time: ', after 2m 5s',
      next: [
        'let role mysql of db write the attribute, or correct the path of the output in the deployment file; then run heddle up again',
      ],
    });
    expect(error.notes).toEqual(['what a run skips as unchanged writes nothing']);
  });

  it('may still come while its producer has not ended', () => {
    expect(judgeProducer(undefined, 'db.port')).toBeUndefined();
    expect(judgeProducer({ ...end, state: 'pending' }, 'db.port')).toBeUndefined();
    expect(judgeProducer(running, 'db.port')).toBeUndefined();
  });
});

describe('what a producer is doing', () => {
  const says = (producer: RoleRecord, more: object = {}) =>
    producerText({ ref: { node: 'db', output: 'port' }, role: 'mysql', producer, ...more }, nowMs);

  it('is its step and for how long, or since when it runs', () => {
    expect(says(running)).toBe('db, role mysql: running package[mysql-server], for 42s');
    const { step: _step, stepAt: _stepAt, ...without } = running;
    expect(says(without)).toBe('db, role mysql: running, for 5m');
  });

  it('is what it waits for itself, where, and for how long', () => {
    const producerWait = {
      node: 'db',
      role: 'mysql',
      input: 'peers',
      missing: ['web.ip'],
      missingCount: 1,
      producers: ['web.app'],
      source: 'allow.conf.erb:1',
      since: '2026-01-01T00:09:30Z',
      deadline: '2026-01-01T00:19:30Z',
      edge: true,
    };
    expect(says(running, { producerWait })).toBe('db, role mysql: waits (allow.conf.erb:1) for web.ip, for 30s');
  });

  it('names a value that is held back as a default, and how to see it at once', () => {
    expect(says({ ...running, held: ['port'] })).toBe(
      'db, role mysql: running package[mysql-server], for 42s; port has only a default so far and is held back until the role ends ("publish: early" shows it at once)',
    );
  });
});
