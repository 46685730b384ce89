import { passwordOf } from '@heddle/core';

/** A URL as `fetch` takes it: it refuses one with a user or password, and shows it in its error. */
export interface Request {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Put user and password of a URL into the header for them (Basic). */
export function requestOf(source: URL): Request {
  const { username, password } = source;
  const url = new URL(source);
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url, headers: {} };
  const user = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return { url, headers: { authorization: `Basic ${user}` } };
}

/** Follow a redirect: user and password go along on the same server, and to no other. */
export function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  if (to.origin !== from.origin || to.username !== '' || to.password !== '') return to;
  to.username = from.username;
  to.password = from.password;
  return to;
}

/** Write a URL for messages: without user, password and query, where temporary URLs have their signature. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'the URL';
  const { protocol, host, pathname, password } = new URL(url);
  // Of `http://joe:12/3@host/` a part of the password would pass for a port and a path.
  if (passwordOf(url) !== undefined && password === '') return `${protocol}//***`;
  return `${protocol}//${host}${pathname}`;
}

/** The password of a URL, as it is written there and as it is meant. */
export function urlSecrets(url: string): readonly string[] {
  const written = passwordOf(url);
  return written === undefined || written === '' ? [] : [...new Set([written, decoded(written)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // It is meant as it is written.
    return text;
  }
}
