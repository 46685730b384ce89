import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPath, parsePath, relatePaths } from '../../src/paths/attribute-path.ts';

describe('parsePath', () => {
  it.each<[string, string, string[]]>([
    ['one segment', 'ipaddress', ['ipaddress']],
    ['dots between segments', 'mysql.server_root_password', ['mysql', 'server_root_password']],
    ['an escaped dot inside a segment', 'hosts.db\\.example.ip', ['hosts', 'db.example', 'ip']],
    ['an escaped backslash', 'a\\\\.b', ['a\\', 'b']],
    ['blanks and brackets as they are', 'my app.list[0]', ['my app', 'list[0]']],
  ])('reads %s', (_, text, segments) => {
    expect(parsePath(text)).toEqual(segments);
  });

  it.each([
    ['', 'an attribute path cannot be empty'],
    ['.a', '".a" has an empty segment at column 1; write \\. for a dot inside a name'],
    ['a..b', '"a..b" has an empty segment at column 3; write \\. for a dot inside a name'],
    ['a.', '"a." has an empty segment at column 3; write \\. for a dot inside a name'],
    ['a\\b', '"a\\b" has a backslash at column 2: only \\. and \\\\ are escapes'],
    ['a\\', '"a\\" has a backslash at column 2: only \\. and \\\\ are escapes'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parsePath(text)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });
});

it('formatPath writes what parsePath reads, whatever the segments hold', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), { minLength: 1 }), (segments) => {
      expect(parsePath(formatPath(segments))).toEqual(segments);
    }),
  );
});

it('a path has one spelling: what can be read is written the same', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\\') });
  fc.assert(
    fc.property(text, (written) => {
      let segments: readonly string[];
      try {
        segments = parsePath(written);
      } catch {
        return;
      }
      expect(formatPath(segments)).toBe(written);
    }),
  );
});

describe('relatePaths', () => {
  it.each<[string, string, string]>([
    ['db.host', 'db.host', 'equal'],
    ['db', 'db.host', 'outer'],
    ['db.host.v4', 'db', 'inner'],
    ['db.host', 'db.port', 'apart'],
    ['db.host', 'db.hostname', 'apart'],
    ['db\\.host', 'db', 'apart'],
  ])('%s to %s is %s', (first, second, relation) => {
    expect(relatePaths(parsePath(first), parsePath(second))).toBe(relation);
  });
});
