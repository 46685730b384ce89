import { type ErrorCode, HeddleError, isHeddleError, ofCertificates } from '@heddle/core';

/**
 * Why a call to etcd failed, for the code of this package to match on.
 *
 * link: the server did not answer, or cannot work now; whether a write happened is unknown. busy: refused, later it may be taken.
 * token: the login has ended. user: it needs a user, or refuses the one there is. open: it has no users at all.
 * certificate: one side does not trust the other. exists, missing: the user or role is, or is not, there.
 */
export type FailureKind =
  | 'link'
  | 'busy'
  | 'token'
  | 'user'
  | 'open'
  | 'certificate'
  | 'exists'
  | 'missing'
  | 'denied'
  | 'too-large'
  | 'full'
  | 'compacted'
  | 'lease-gone'
  | 'unexpected';

const CODES: Readonly<Record<FailureKind, ErrorCode>> = {
  link: 'unavailable',
  busy: 'unavailable',
  full: 'unavailable',
  compacted: 'unavailable',
  token: 'denied',
  user: 'denied',
  denied: 'denied',
  open: 'config-invalid',
  certificate: 'denied',
  exists: 'unexpected',
  missing: 'denied',
  'too-large': 'too-large',
  'lease-gone': 'session-lost',
  unexpected: 'unexpected',
};

/** By what etcd says, where its gRPC status says too little. */
const BY_TEXT: readonly (readonly [RegExp, FailureKind])[] = [
  [/invalid auth token/, 'token'],
  [/user name is empty|authentication failed/, 'user'],
  [/authentication is not enabled/, 'open'],
  [/permission denied/, 'denied'],
  [/request is too large|larger than max/, 'too-large'],
  [/database space exceeded/, 'full'],
  [/revision has been compacted/, 'compacted'],
  [/requested lease not found/, 'lease-gone'],
  [/revision .*is old/, 'busy'],
  [/(user|role) name already exists/, 'exists'],
  [/(user|role) name not found/, 'missing'],
  [/certificate|altnames|unable to (get|verify)|alert (bad|unknown|unsupported|handshake)/i, 'certificate'],
];

/** By gRPC status: 1 cancelled, 2 unknown, 4 deadline, 7 denied, 8 exhausted, 13 internal, 14 unavailable, 16 unauthenticated. */
const BY_STATUS: ReadonlyMap<unknown, FailureKind> = new Map<unknown, FailureKind>([
  [1, 'link'],
  [2, 'link'],
  [4, 'link'],
  [7, 'denied'],
  [8, 'busy'],
  [13, 'link'],
  [14, 'link'],
  [16, 'token'],
]);

/** What etcd says in words that do not help. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['etcdserver: user name is empty', 'it admits only users, and none is given'],
]);

const NEXT: Partial<Record<FailureKind, string>> = {
  user: 'check HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE',
  open: "enable etcd's authentication, or leave out the credentials",
  denied: 'grant the user a role that reads and writes below the root: etcdctl role grant-permission',
  full: 'compact and defragment etcd, or raise its quota',
};

/** Make the error of a failure; `text` says what happened. */
export function failure(kind: FailureKind, text: string, cause?: unknown): HeddleError {
  const next = NEXT[kind];
  return new HeddleError(CODES[kind], text, {
    details: { etcd: kind, ...(kind === 'certificate' ? ofCertificates : {}) },
    ...(next === undefined ? {} : { next: [next] }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Turn what gRPC throws into an error of this package. */
export function failureOf(thrown: unknown, host: string): HeddleError {
  if (isHeddleError(thrown)) return thrown;
  const { code, details, message } = thrown as { code?: unknown; details?: unknown; message?: unknown };
  const text = typeof details === 'string' && details !== '' ? details : String(message ?? thrown);
  const kind = BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? BY_STATUS.get(code) ?? 'unexpected';
  return failure(kind, `etcd ${host}: ${TEXTS.get(text) ?? plain(text)}`, thrown);
}

/** What grpc-js, OpenSSL and etcd put around the words that matter. */
function plain(text: string): string {
  const alert = /SSL routines:[^:]*:[^:]*alert ([a-z ]+):/.exec(text)?.[1];
  if (alert !== undefined) return `it refuses the certificate that this side shows, or misses one: ${alert}`;
  return text
    .replace(
      /^.*disconnected before secure TLS connection was established.*$/s,
      'the connection ended before TLS began: does it speak TLS?',
    )
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, '')
    .replace(/^etcdserver: /, '')
    .replace(/^No connection established\. Last error: (?:Error: )?/, '')
    .replace(/\.? Resolution note: ?$/, '');
}

/** The kind of an error of this package; undefined for every other error. */
export function kindOf(error: unknown): FailureKind | undefined {
  return isHeddleError(error) ? (error.details['etcd'] as FailureKind | undefined) : undefined;
}
