import { typeWords } from '../../text/type-words.ts';
import { isMap, type Json } from '../../values/json.ts';
import { pythonRepr } from './python-repr.ts';
import { refusal } from './refusal.ts';

const name = 'make_url';

/** The parts of a URL, as `make_url` names them. */
export const urlParts: readonly string[] = [
  'scheme',
  'username',
  'password',
  'host',
  'port',
  'path',
  'query',
  'fragment',
];

/** Schemes that Python writes `//` behind even when there is no host. */
const schemesWithHost = new Set(
  'ftp http gopher nntp telnet imap wais file mms https shttp snews prospero rtsp rtsps rtspu rsync svn svn+ssh sftp nfs git git+ssh ws wss'.split(
    ' ',
  ),
);

/**
 * Make a URL of its parts, each escaped.
 *
 * ASSUMES: no name in the query is a whole number; JavaScript puts such names first.
 */
export function makeUrl(argument: Json): string {
  if (!isMap(argument)) throw refusal(name, `it takes a map, not ${typeWords(argument)}`);
  const stray = Object.keys(argument).find((key) => !urlParts.includes(key));
  if (stray !== undefined) throw refusal(name, `it has no part "${stray}": there are ${urlParts.join(', ')}`);
  const scheme = text(argument, 'scheme');
  if (scheme.includes(':')) throw refusal(name, 'the scheme holds a ":"');
  const place = netloc(argument);
  const path = quote(text(argument, 'path'), '/');
  const query = queryText(argument['query']);
  const fragment = quote(text(argument, 'fragment'), '/');
  return [
    scheme === '' ? '' : `${scheme}:`,
    withPlace(scheme, place, path),
    query === '' ? '' : `?${query}`,
    fragment === '' ? '' : `#${fragment}`,
  ].join('');
}

type Parts = { readonly [key: string]: Json };

function text(parts: Parts, part: string): string {
  const value = parts[part] ?? (Object.hasOwn(parts, part) ? null : '');
  if (typeof value === 'string') return value;
  throw refusal(name, `the ${part} is ${typeWords(value)}, not text`);
}

function netloc(parts: Parts): string {
  const [username, password] = [quote(text(parts, 'username')), quote(text(parts, 'password'))];
  const secret = password === '' ? '' : `:${password}`;
  const user = username === '' && secret === '' ? '' : `${username}${secret}@`;
  const written = text(parts, 'host');
  const host = quote(written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1) : written, ':');
  const port = Object.hasOwn(parts, 'port') ? `:${portText(parts['port'] ?? null)}` : '';
  return `${user}${host.includes(':') ? `[${host}]` : host}${port}`;
}

/** A port stands in the URL as it was given. */
function portText(port: Json): string {
  const digits = typeof port === 'string' ? port.trim().replaceAll(/(?<=\d)_(?=\d)/g, '') : '';
  const number = /^[+-]?\d+$/.test(digits) ? Number(digits) : typeof port === 'string' ? Number.NaN : port;
  if (typeof number === 'object') throw refusal(name, `the port is ${typeWords(port)}, not a number`);
  const value = Math.trunc(Number(number));
  if (!(value > 0 && value <= 65_535)) throw refusal(name, 'the port is no number from 1 to 65535');
  return typeof port === 'string' ? port : pythonRepr(port);
}

function queryText(query: Json | undefined): string {
  if (query === undefined) return '';
  if (!isMap(query)) throw refusal(name, `the query is ${typeWords(query)}, not a map`);
  return Object.entries(query)
    .map(([key, value]) => `${quotePlus(key)}=${quotePlus(typeof value === 'string' ? value : pythonRepr(value))}`)
    .join('&')
    .replaceAll('%2F', '/');
}

function withPlace(scheme: string, place: string, path: string): string {
  if (place === '' && (!schemesWithHost.has(scheme) || path.startsWith('//'))) return path;
  return `//${place}${path === '' || path.startsWith('/') ? '' : '/'}${path}`;
}

function quotePlus(value: string): string {
  return quote(value).replaceAll('%20', '+');
}

/** Escape all but letters, digits, `_.-~` and what is safe, as Python's `quote` does. */
function quote(value: string, safe = ''): string {
  // Half of a surrogate pair has no UTF-8.
  if (/\p{Surrogate}/u.test(value)) throw refusal(name, 'a part holds half a character');
  const quoted = encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return safe === '' ? quoted : quoted.replaceAll(encodeURIComponent(safe), safe);
}
