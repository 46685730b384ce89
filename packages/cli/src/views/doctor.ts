import type { ErrorData, StoreCapabilities } from '@heddle/core';

/** `warn`: something is missing that this deployment does not need, or may surprise; `fail`: a deployment cannot run. */
export type CheckState = 'ok' | 'warn' | 'fail';

/** One line of `heddle doctor`. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  readonly text: string;
  /** What to do, one line each. */
  readonly next?: readonly string[];
}

/** What was found out about a program: where it is and what it says of itself, or why it is not to be had. */
export type Found =
  | { readonly path: string; readonly version: string }
  | { readonly error: Pick<ErrorData, 'message' | 'next'> };

/** Node.js must be new enough; both versions as `20.19.2`. */
export function nodeCheck(version: string, minimum: string): Check {
  if (isAtLeast(version, minimum)) return { name: 'node', state: 'ok', text: version };
  return {
    name: 'node',
    state: 'fail',
    text: `${version} is too old: Heddle needs ${minimum} or newer`,
    next: [`install Node.js ${minimum} or newer`],
  };
}

/**
 * A program that roles may need.
 *
 * @param neededBy  The roles of the deployment that need it; undefined: nobody knows, there is no deployment file.
 * @param without  What does not work without it, if roles run all the same.
 */
export function toolCheck(
  name: string,
  found: Found,
  neededBy: readonly string[] | undefined,
  without?: string,
): Check {
  if ('path' in found) return { name, state: 'ok', text: `${found.version} (${found.path})` };
  const { message, next = [] } = found.error;
  if (neededBy === undefined) return { name, state: 'warn', text: message, next };
  const [first, ...others] = neededBy;
  if (first === undefined) return { name, state: 'ok', text: 'not installed; no role of the deployment needs it' };
  if (without !== undefined) return { name, state: 'warn', text: `${message}: ${without}`, next };
  const who = others.length === 0 ? `role ${first} needs it` : `role ${first} and ${others.length} more need it`;
  return { name, state: 'fail', text: `${message}; ${who}`, next };
}

/** What became of the deployment file. */
export interface FileFacts {
  /** Undefined: there is none here, and none was named. */
  readonly file?: string;
  readonly summary?: string;
  readonly error?: ErrorData;
}

export function fileCheck({ file, summary = '', error }: FileFacts): Check {
  const name = 'deployment file';
  if (file === undefined) {
    return {
      name,
      state: 'warn',
      text: 'there is no heddle.yaml in this folder',
      next: ['go to the folder of the deployment file, or say --file FILE'],
    };
  }
  if (error === undefined) return { name, state: 'ok', text: `${file}: ${summary}` };
  const notes = error.notes ?? [];
  const text =
    notes.length === 0 ? error.message : `${error.message}: ${notes[0]}${notes.length > 1 ? ' and others' : ''}`;
  return { name, state: 'fail', text, next: error.next ?? [`heddle validate ${file}  lists all mistakes`] };
}

/** How far the store was tried. */
export interface StoreFacts {
  /** Without password; undefined: nobody knows which one. */
  readonly url?: string;
  /** A folder that the first `heddle up` makes. */
  readonly isToBeMade?: boolean;
  readonly openError?: ErrorData;
  readonly capabilities?: StoreCapabilities;
  readonly readError?: ErrorData;
  readonly writeError?: ErrorData;
  /** What it holds of the deployment: its epoch. */
  readonly holds?: string;
}

/** The store must be there; that it may be written is needed by `up` and `seed` only. */
export function storeChecks(facts: StoreFacts): readonly Check[] {
  const { url, isToBeMade, openError, readError, writeError, capabilities, holds } = facts;
  if (url === undefined) {
    const next = ['say --store URL, or --file FILE'];
    return [{ name: 'store', state: 'warn', text: 'not looked at: nothing says which one', next }];
  }
  if (isToBeMade === true) return [{ name: 'store', state: 'ok', text: `${url} is made by the first heddle up` }];
  if (openError !== undefined) return [failed('store', `${url}: `, openError)];
  const safety = capabilities === undefined ? '' : safetyText(capabilities);
  const reached: Check = { name: 'store', state: 'ok', text: `${url} answers${safety}` };
  if (readError !== undefined) return [reached, failed('store: read', '', readError)];
  const read: Check = { name: 'store: read', state: 'ok', text: `permitted${holds === undefined ? '' : `; ${holds}`}` };
  return [reached, read, writeCheck(writeError)];
}

function writeCheck(error: ErrorData | undefined): Check {
  const name = 'store: write';
  if (error === undefined) return { name, state: 'ok', text: 'permitted' };
  if (error.code !== 'denied') return failed(name, '', error);
  return {
    name,
    state: 'warn',
    text: 'not permitted: enough to look at a deployment, not to start one',
    next: ['heddle up and heddle seed need a user that may write: HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE'],
  };
}

function safetyText({ tls, loopback, acl }: StoreCapabilities): string {
  const words = [
    tls ? 'encrypted' : loopback === true ? 'on this machine' : '',
    acl ? 'nodes can have rights of their own' : '',
  ];
  const said = words.filter((word) => word !== '');
  return said.length === 0 ? '' : `; ${said.join('; ')}`;
}

function failed(name: string, before: string, error: ErrorData): Check {
  return { name, state: 'fail', text: `${before}${error.message}`, next: error.next ?? [] };
}

/** @param error  Why this host cannot make machines; undefined: it can, as `privilege` says. */
export function isolationCheck(
  privilege: string | undefined,
  error: Pick<ErrorData, 'message' | 'next'> | undefined,
): Check {
  const name = 'isolation';
  if (error === undefined) {
    const how = privilege === 'root' ? 'as root' : 'with user namespaces';
    return { name, state: 'ok', text: `process, and machine (${how})` };
  }
  return { name, state: 'warn', text: `process only; ${error.message}`, next: error.next ?? [] };
}

/** Stores are reached past every proxy, but what roles download from one another is not. */
export function proxyCheck(environment: Readonly<Record<string, string | undefined>>): Check {
  const name = 'proxy';
  const isSet = (variable: string) => (environment[variable] ?? '') !== '';
  const set = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].filter(isSet);
  if (set.length === 0) return { name, state: 'ok', text: 'none is set' };
  const exceptions = ['no_proxy', 'NO_PROXY'].find(isSet);
  if (exceptions !== undefined)
    return { name, state: 'ok', text: `${set.join(', ')} with ${exceptions}; stores are reached past it` };
  return {
    name,
    state: 'warn',
    text: `${set.join(', ')} without no_proxy: stores are reached past it, but what a role fetches from another node goes through it`,
    next: ["export no_proxy with the nodes' names and addresses: no_proxy=localhost,127.0.0.1,10.0.0.0/8"],
  };
}

/** The exit code: 2 as soon as something fails. */
export function doctorExitCode(checks: readonly Check[]): number {
  return checks.some(({ state }) => state === 'fail') ? 2 : 0;
}

function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [version, minimum].map((text) => text.replace(/^v/, '').split('.').map(Number));
  for (const [index, wanted] of (need ?? []).entries()) {
    const part = have?.[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
