import type { RoleView, StatusView } from '@heddle/core';
import { expect, test } from 'vitest';
import { statusTable } from '../src/output/status-table.ts';
import { plainTable } from '../src/output/table.ts';

function nowOf(
  missing: readonly string[],
  missingCount: number,
  producers: readonly string[],
  more: { readonly held?: readonly string[] } = {},
): string {
  const wait = { input: 'peers', missing, missingCount, producers, waitedMs: 42_000, leftMs: 1000, ...more };
  const line = lineOf({
    node: 'db',
    role: 'mysql',
    state: 'waiting',
    waits: [wait],
    unwritten: [],
    unread: [],
    defaulted: [],
    outdated: [],
  });
  return line.replace(/^db +mysql +waiting +- +42s +/, '');
}

function lineOf(role: RoleView): string {
  const view: StatusView = {
    deployment: 'shop',
    epoch: '1',
    isOpen: true,
    isEnded: false,
    counts: {},
    roles: [role],
    members: [],
  };
  const [, line = ''] = statusTable(view, { colour: false }).split('\n');
  return line;
}

test('a running role shows its step and how many resources have changed so far', () => {
  const role = {
    node: 'db',
    role: 'mysql',
    state: 'running',
    step: 'package[mysql]',
    waits: [],
    unwritten: [],
    unread: [],
    defaulted: [],
    outdated: [],
  } as const;
  expect(lineOf({ ...role, updated: 3 })).toMatch(/ package\[mysql\] \(3 updated\)$/);
  expect(lineOf({ ...role, updated: 0 })).toMatch(/ package\[mysql\]$/);
});

test('a wait for a whole group names the first members and how many more there are', () => {
  const members = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  expect(
    nowOf(
      members.map((name) => `${name}.ip`),
      30,
      members.map((name) => `${name}.app`),
    ),
  ).toBe('waits 42s for web-0.ip, web-1.ip, web-2.ip and 27 more from web-0.app, web-1.app, web-2.app and others');
});

test('a wait for two outputs of one role names that role once', () => {
  expect(nowOf(['db.host', 'db.port'], 2, ['db.mysql', 'db.mysql'])).toBe(
    'waits 42s for db.host, db.port from db.mysql',
  );
});

test('a wait for what has only a default so far says so', () => {
  expect(nowOf(['db.host', 'db.port'], 2, ['db.mysql', 'db.mysql'], { held: ['db.port'] })).toBe(
    'waits 42s for db.host, db.port from db.mysql; db.port has only a default so far, and is held back until the role ends',
  );
});

test('a line has no blanks behind it, however long another one is', () => {
  const table = plainTable(['NODE', 'NOW']);
  table.push(['a', 'a long text'], ['b', '']);
  expect(table.toString()).toBe('NODE  NOW\na     a long text\nb');
});
