import { type DeploymentEvent, type Entry, encodeRecord, type Json } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { EventStream } from '../src/watch/event-stream.ts';

const entry = (rev: string, key: readonly string[], record: object): Entry => ({
  key: ['shop', '1', ...key],
  rev,
  value: encodeRecord(record as Json),
});
const step = (rev: string, text: string) =>
  entry(rev, ['roles', 'db', 'mysql'], { node: 'db', role: 'mysql', state: 'running', incarnation: '1', step: text });
const member = entry('1', ['members', 'db'], {});

function setUp(tell: (event: DeploymentEvent) => Promise<void> = async () => undefined) {
  const told: string[] = [];
  const errors: unknown[] = [];
  const stream = new EventStream(
    async (event) => {
      told.push(event.type === 'step' ? event.step : `${event.type} ${'state' in event ? event.state : ''}`);
      await tell(event);
    },
    (thrown) => errors.push(thrown),
  );
  const change = (changed: Entry) => stream.change(changed.key, changed);
  return { stream, told, errors, change };
}

describe('a stream of events', () => {
  test('from the start tells what is there in order of kind, then what changes', async () => {
    const { stream, told, change } = setUp();
    change(step('2', 'one'));
    change(member);
    stream.open(true);
    await stream.drained();
    expect(told).toEqual(['member joined', 'role running', 'one']);
    change(step('3', 'two'));
    await stream.drained();
    expect(told.slice(3)).toEqual(['two']);
  });

  test('without it tells only what changes, and knows what was there', async () => {
    const { stream, told, change } = setUp();
    change(step('2', 'one'));
    change(member);
    stream.open(false);
    change(step('2', 'one'));
    stream.change(member.key, undefined);
    change(step('3', 'two'));
    await stream.drained();
    expect(told).toEqual(['member gone', 'two']);
  });

  test('tells a slow reader the latest state only', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => void (release = resolve));
    const { stream, told, change } = setUp(() => held);
    stream.open(true);
    change(member);
    for (const [index, text] of ['one', 'two', 'three'].entries()) change(step(String(index + 2), text));
    release();
    await stream.drained();
    expect(told).toEqual(['member joined', 'role running', 'three']);
  });

  test('keeps no value', async () => {
    const { stream, change } = setUp();
    const secret = entry('9', ['values', 'db', 'password'], { value: 'hunter22', sensitive: true, type: 'string' });
    change(secret);
    expect(stream.keys('values')).toEqual([secret.key]);
    expect(Buffer.from(stream.entry(secret.key)?.value ?? '').toString()).toBe('{"sensitive":true}');
  });

  test('hands on what cannot be understood', async () => {
    const { stream, errors, told } = setUp();
    stream.open(true);
    stream.change(['shop', '1', 'roles', 'db', 'mysql'], {
      key: ['shop', '1', 'roles', 'db', 'mysql'],
      rev: '1',
      value: Buffer.from('{'),
    });
    await stream.drained();
    expect(told).toEqual([]);
    expect(errors).toEqual([expect.objectContaining({ code: 'corrupt' })]);
  });
});
