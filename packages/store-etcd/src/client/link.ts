import { setMaxListeners } from 'node:events';
import { HeddleError, type StoreCredentials, type StoreTls, toHeddleError } from '@heddle/core';
import { limitTime } from './abort.ts';
import {
  type Administration,
  createEtcdClient,
  type EtcdClient,
  type RangeReply,
  type RangeRequest,
  type TxnReply,
  type TxnRequest,
  type Until,
} from './etcd.ts';
import { failure, failureOf, kindOf } from './failure.ts';
import { createWatchStreams, type WatchStreams } from './watch-streams.ts';

/** A working way to one member of the cluster; it ends once and for good, and another one takes its place. */
export interface Link {
  /** HOST:PORT, for messages. */
  readonly host: string;
  /** Aborted, with the error as its reason, when the link has failed or was closed. */
  readonly ended: AbortSignal;
  /** The newest revision of the server that it has told. */
  readonly revision: string;
  readonly watches: WatchStreams;
  range(request: RangeRequest, signal: AbortSignal): Promise<RangeReply>;
  txn(request: TxnRequest, signal: AbortSignal): Promise<TxnReply>;
  grantLease: EtcdClient['grantLease'];
  renewLease: EtcdClient['renewLease'];
  revokeLease: EtcdClient['revokeLease'];
  /** Whether the server has users at all; etcd 3.4 has no call that says it. */
  hasUsers(signal: AbortSignal): Promise<boolean>;
  /** Change or ask for users and roles. */
  administer<M extends keyof Administration>(
    method: M,
    request: Administration[M][0],
    signal: AbortSignal,
  ): Promise<Administration[M][1]>;
  /** End the link: everything on it rejects with this error. */
  close(error: Error): void;
}

export interface LinkOptions {
  readonly host: string;
  readonly credentials: StoreCredentials | undefined;
  /** Undefined: not encrypted. */
  readonly tls: StoreTls | undefined;
  /** A key below the root, which is asked for to see whether the server answers. */
  readonly probeKey: Buffer;
  /** Milliseconds between two looks whether the server answers. */
  readonly beatMs: number;
  /** Milliseconds that an answer to such a look may take. */
  readonly beatTimeoutMs: number;
  /** Done at every look, within the same time; its rejection ends the link. */
  readonly onBeat: (link: Link, signal: AbortSignal) => Promise<void>;
}

/** Whether a new login may help: a token that carries the state of users and roles is old once these were changed. */
function isOfLogin(error: unknown, credentials: StoreCredentials | undefined): boolean {
  if (kindOf(error) === 'token') return true;
  return credentials !== undefined && kindOf(error) === 'busy' && /revision .*is old/.test((error as Error).message);
}

/**
 * Connect to one host, log in, and see that it answers.
 *
 * @throws denied when it refuses the user, config-invalid when there is a user and the server has none, unavailable.
 */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<Link> {
  const { host, credentials, tls, probeKey } = options;
  const client = createEtcdClient(host, tls);
  const ending = new AbortController();
  const ended = ending.signal;
  // As many as there are calls on the way; Node would warn of a leak.
  setMaxListeners(0, ended);
  let timer: NodeJS.Timeout | undefined;
  let revision = '0';
  let isHeard = false;
  let login: Promise<void> | undefined;

  const close = (error: Error): void => {
    if (ended.aborted) return;
    clearTimeout(timer);
    ending.abort(error);
    watches.close(failure('link', error.message, error));
    client.close();
  };
  const watches = createWatchStreams(client, host, close);

  const logIn = async (until: Until): Promise<void> => {
    if (credentials === undefined) throw failure('user', `etcd ${host}: it admits only users, and none is given`);
    client.useToken(await client.authenticate(credentials.user, credentials.password, until));
    watches.renew();
  };

  /** Make a call, and once more after a new login when the server says that the login has ended. */
  const call = async <A>(request: (until: Until) => Promise<A>, until: Until): Promise<A> => {
    try {
      const reply = await request([...until, ended]).catch(async (error: unknown) => {
        if (!isOfLogin(error, credentials)) throw error;
        login ??= logIn([ended]).finally(() => (login = undefined));
        await login;
        return request([...until, ended]);
      });
      isHeard = true;
      return reply;
    } catch (error) {
      if (until.some((one) => one.aborted)) throw error;
      // Whatever ended the link, nobody knows what became of this call.
      if (ended.aborted) throw failure('link', toHeddleError(ended.reason).message, ended.reason);
      if (kindOf(error) === 'link') close(error as Error);
      throw error;
    }
  };
  const heard = <A extends { readonly header: { readonly revision: string } }>(reply: A): A => {
    if (BigInt(reply.header.revision) > BigInt(revision)) revision = reply.header.revision;
    return reply;
  };

  const link: Link = {
    host,
    ended,
    get revision() {
      return revision;
    },
    watches,
    range: async (request, signal) => heard(await call((until) => client.range(request, until), [signal])),
    txn: async (request, signal) => heard(await call((until) => client.txn(request, until), [signal])),
    grantLease: (ttlSeconds, until) => call((all) => client.grantLease(ttlSeconds, all), until),
    renewLease: (id, until) => call((all) => client.renewLease(id, all), until),
    revokeLease: (id, until) => call((all) => client.revokeLease(id, all), until),
    async hasUsers(signal) {
      try {
        await call((until) => client.authenticate('', '', until), [signal]);
        return true;
      } catch (error) {
        // Nobody is called nothing: refused is the answer of a server that has users.
        if (kindOf(error) === 'user') return true;
        if (kindOf(error) === 'open') return false;
        throw error;
      }
    },
    administer: (method, request, signal) => call((until) => client.administer(method, request, until), [signal]),
    close,
  };

  /** A linearizable read: it proves that this member is in touch with the cluster. A refusal is an answer too. */
  const probe = async (signal: AbortSignal): Promise<void> => {
    try {
      await link.range({ key: probeKey, count_only: true }, signal);
    } catch (error) {
      if (kindOf(error) !== 'denied' && kindOf(error) !== 'busy') throw error;
    }
  };

  const beat = async (): Promise<void> => {
    const late = failure('link', `etcd ${host}: no answer within ${options.beatTimeoutMs} ms`);
    const limit = limitTime(options.beatTimeoutMs, late);
    const wasHeard = isHeard;
    isHeard = false;
    try {
      await Promise.all([wasHeard ? undefined : probe(limit.signal), options.onBeat(link, limit.signal)]);
      watches.beat();
    } catch (error) {
      close(toHeddleError(error));
    } finally {
      limit.clear();
    }
    if (!ended.aborted) timer = setTimeout(() => void beat(), options.beatMs);
  };

  try {
    if (credentials) await call(logIn, [signal]);
    await probe(signal);
  } catch (error) {
    close(error instanceof HeddleError ? error : failureOf(error, host));
    throw error;
  }
  timer = setTimeout(() => void beat(), options.beatMs);
  return link;
}
