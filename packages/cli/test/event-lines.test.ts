import { HeddleError } from '@heddle/core';
import { expect, test } from 'vitest';
import { eventLine } from '../src/output/event-lines.ts';

const received = { time: '2030-01-01T10:00:00.000Z', node: 'a', type: 'received', role: 'r', input: 'web.db' } as const;

test('a value that was waited for is a line', () => {
  expect(eventLine({ ...received, waitedMs: 1000 }, false)).toBe(`${'10:00:00 a r'.padEnd(28)} got web.db after 1s`);
});

test('a default is told as one, with why it was taken, and what was known of that', () => {
  const absence = new HeddleError('deadlock', 'two roles wait for one another', {
    notes: ['a waits for b'],
    next: ['write first'],
  }).toJSON();
  expect(eventLine({ ...received, waitedMs: 1000, absence }, false)).toBe(
    `${'10:00:00 a r'.padEnd(28)} took the default of web.db after 1s: [deadlock] two roles wait for one another\n  a waits for b`,
  );
});
