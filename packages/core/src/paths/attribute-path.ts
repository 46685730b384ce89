import { HeddleError } from '../errors/heddle-error.ts';

/** An attribute path: non-empty segments into the CM tool's tree. */
export type AttributePath = readonly string[];

/**
 * Read a dotted attribute path: `mysql.server_root_password` has two segments.
 *
 * A backslash takes the dot (or backslash) behind it as it is: `hosts.db\.example` has the segments `hosts` and `db.example`.
 *
 * @throws `usage` for an empty path, an empty segment, or a backslash before anything else.
 */
export function parsePath(text: string): AttributePath {
  if (text === '') throw bad(text, 'an attribute path cannot be empty');
  const plain = text.includes('\\') ? [] : text.split('.');
  if (plain.length > 0 && !plain.includes('')) return plain;
  const segments: string[] = [];
  let segment = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') {
      at += 1;
      const escaped = text.charAt(at);
      if (escaped !== '.' && escaped !== '\\') {
        throw bad(text, `"${text}" has a backslash at column ${at}: only \\. and \\\\ are escapes`);
      }
      segment += escaped;
    } else if (char === '.') {
      segments.push(closed(segment, text, at + 1));
      segment = '';
    } else {
      segment += char;
    }
  }
  segments.push(closed(segment, text, text.length + 1));
  return segments;
}

/**
 * Read the path of a declared input or output, as `parsePath` does, and refuse one that goes through the index of a list: CM tools
 * merge maps, so a path ends at a list.
 *
 * @throws `usage`, also for `redis.servers[0].address`.
 */
export function parseDeclaredPath(text: string): AttributePath {
  const path = parsePath(text);
  const at = path.findIndex((segment) => /.\[\d+\]$/.test(segment));
  if (at === -1) return path;
  const list = formatPath([...path.slice(0, at), (path[at] ?? '').replace(/(\[\d+\])+$/, '')]);
  throw bad(text, `"${text}" goes through the index of a list: declare "${list}", with the whole list as its value`);
}

/** Write a path as `parsePath` reads it; the only spelling of these segments. */
export function formatPath(path: AttributePath): string {
  return path.map((segment) => segment.replace(/[\\.]/g, '\\$&')).join('.');
}

/** How two paths stand to each other: `outer` means that the first one holds the second one in its tree. */
export type PathRelation = 'equal' | 'outer' | 'inner' | 'apart';

/** Tell whether a path is the same as another, a prefix of it (`outer`), below it (`inner`), or `apart` from it. */
export function relatePaths(first: AttributePath, second: AttributePath): PathRelation {
  const shared = Math.min(first.length, second.length);
  for (let at = 0; at < shared; at += 1) if (first[at] !== second[at]) return 'apart';
  if (first.length === second.length) return 'equal';
  return first.length < second.length ? 'outer' : 'inner';
}

function closed(segment: string, text: string, column: number): string {
  if (segment === '')
    throw bad(text, `"${text}" has an empty segment at column ${column}; write \\. for a dot inside a name`);
  return segment;
}

function bad(text: string, message: string): HeddleError {
  return new HeddleError('usage', message, { details: { text } });
}
