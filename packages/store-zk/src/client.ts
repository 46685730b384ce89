import { HeddleError } from '@heddle/core';
import zookeeper, { type Client, type Failure, type Transaction } from 'node-zookeeper-client';
import type { AclEntry } from './access/identity.ts';
import { createArming } from './arming.ts';
import { createLines, type Lines } from './lines.ts';
import type { Commit, Link, LinkOptions, Refusal, Step } from './link.ts';
import { closedError, lostError, openSocket } from './socket.ts';
import { createWindow } from './window.ts';

const { ACL, CreateMode, Exception, Id, Permission } = zookeeper;
/** The library's name for "waits for the server's first answer"; it exports no constant. */
const CONNECTING = 1;
const SHARED = [...ACL.CREATOR_ALL_ACL, new ACL(Permission.READ + Permission.CREATE, Id.ANYONE_ID_UNSAFE)];
const NO_FAILURE = 0;
const ANY_VERSION = -1;
/** Reads at once on one link; a server stops to listen at 1000 by default. */
const MAX_READS = 256;

/**
 * Connect to one server, and begin a session or go on with one.
 *
 * A client object of the library is used for one TCP connection only. Its own reconnecting would send authentication after
 * the first operations, repeat all watches in one packet that may be too large for the server, and forget what was queued.
 * @throws unavailable when the server does not answer; session-lost when the session is over.
 */
export function openLink(options: LinkOptions): Promise<Link> {
  const { server, session, signal, identities } = options;
  const client = zookeeper.createClient(`${server.host}:${server.port}`, {
    sessionTimeout: session?.timeoutMs ?? options.sessionTimeoutMs,
    retries: 0,
    ...(session && { sessionId: Buffer.from(session.id, 'hex'), sessionPassword: Buffer.from(session.password) }),
  });
  for (const { user, password } of identities) client.addAuthInfo('digest', Buffer.from(`${user}:${password}`));
  return new Promise((resolve, reject) => {
    let link: Link | undefined;
    const lines = createLines();
    const lose = (reason: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      // Without a socket where it could not even be made.
      client.connectionManager.socket?.destroy();
      if (lines.isLost) return;
      if (link) options.lost(reason);
      lines.lose(reason);
      reject(reason);
    };
    const onAbort = (): void => lose(lostError('the attempt was given up', signal.reason));
    const timer = setTimeout(
      () => lose(lostError(`no answer within ${options.connectTimeoutMs} ms`)),
      options.connectTimeoutMs,
    );
    try {
      connectOnce(client, options, lines.heard, lose);
    } catch (error) {
      return lose(lostError('no connection can be made', error));
    }
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    client.once('expired', () => lose(new HeddleError('session-lost', 'the session is over')));
    client.once('authenticationFailed', () => lose(new HeddleError('denied', 'the server refuses the credentials')));
    client.once('connected', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      link = linkOf(client, lines, { hasAcl: identities.length > 0, granted: new Set(options.granted) }, lose);
      resolve(link);
    });
    client.connect();
  });
}

/** Replace how the library connects: to this server, once, with every exception of the library's parser ending the link. */
function connectOnce(client: Client, options: LinkOptions, heard: () => void, lose: (reason: Error) => void): void {
  const manager = client.connectionManager;
  const socket = openSocket(options);
  manager.socket = socket;
  manager.connect = () => {
    manager.connect = () => undefined;
    manager.setState(CONNECTING);
  };
  let reason: Error | undefined;
  socket.setNoDelay(true);
  socket.on(options.tls === undefined ? 'connect' : 'secureConnect', () => manager.onSocketConnected());
  socket.on('drain', () => manager.onSocketDrain());
  socket.on('error', (error) => {
    reason = error;
  });
  socket.on('data', (chunk) => {
    heard();
    try {
      manager.onSocketData(chunk);
    } catch (error) {
      lose(lostError('the server sent something that the library does not know', error));
    }
  });
  socket.on('close', (hadError) => {
    manager.onSocketClosed(hadError);
    lose(closedError(reason));
  });
}

function linkOf(
  client: Client,
  lines: Lines,
  { hasAcl, granted }: Pick<Link, 'hasAcl' | 'granted'>,
  destroy: (reason: Error) => void,
): Link {
  const childWatches = createArming();
  const dataWatches = createArming();
  const existenceWatches = createArming();
  const window = createWindow(MAX_READS);
  return {
    get seen() {
      return client.connectionManager.zxid.readBigInt64BE();
    },
    get heardMs() {
      return lines.heardMs;
    },
    get isLost() {
      return lines.isLost;
    },
    hasAcl,
    granted,
    session: {
      id: client.getSessionId().toString('hex'),
      password: client.getSessionPassword(),
      timeoutMs: client.getSessionTimeout(),
    },
    data: (path, changed) =>
      window(() =>
        lines.ask<Uint8Array | undefined>((answer) =>
          client.getData(path, changed && dataWatches.arm(path, changed), (error, data) => {
            if (changed) dataWatches.answered(path, changed, !error);
            if (isCode(error, Exception.NO_NODE)) answer(undefined, undefined);
            else answer(translate(error, path), data ?? Buffer.alloc(0));
          }),
        ),
      ),
    children: (path, changed) =>
      window(() =>
        lines.ask<readonly string[] | undefined>((answer) =>
          client.getChildren(path, changed && childWatches.arm(path, changed), (error, names) => {
            if (changed) childWatches.answered(path, changed, !error);
            if (isCode(error, Exception.NO_NODE)) answer(undefined, undefined);
            else answer(translate(error, path), names ?? []);
          }),
        ),
      ),
    exists: (path, changed) =>
      lines.ask<boolean>((answer) =>
        client.exists(path, changed && existenceWatches.arm(path, changed), (error, stat) => {
          if (changed) existenceWatches.answered(path, changed, !error);
          answer(translate(error, path), stat !== null && stat !== undefined);
        }),
      ),
    childrenChanged: (path) =>
      lines.ask<bigint | undefined>((answer) =>
        client.exists(path, undefined, (error, stat) =>
          answer(translate(error, path), stat ? stat.pzxid.readBigInt64BE() : undefined),
        ),
      ),
    unwatch(path, changed) {
      childWatches.drop(path, changed);
      dataWatches.drop(path, changed);
      existenceWatches.drop(path, changed);
    },
    commit: (steps) =>
      lines.ask<Commit>((answer) => {
        const transaction = steps.reduce(
          (all, step) => addStep(all, step, hasAcl ? ACL.CREATOR_ALL_ACL : ACL.OPEN_ACL_UNSAFE, hasAcl),
          client.transaction(),
        );
        transaction.commit((error, results) => {
          const at = results?.findIndex((result) => (result.err ?? NO_FAILURE) !== NO_FAILURE) ?? -1;
          const step = steps[at];
          if (!error || !step) return answer(translate(error, steps[0]?.path ?? '/'), { ok: true });
          const why = whyNot(error);
          if (why) answer(undefined, { ok: false, at, why });
          else answer(translate(error, step.path));
        });
      }),
    acl: (path) =>
      window(() =>
        lines.ask<readonly AclEntry[] | undefined>((answer) =>
          client.getACL(path, (error, acls) => {
            if (isCode(error, Exception.NO_NODE) || isCode(error, Exception.NO_AUTH)) answer(undefined, undefined);
            else answer(translate(error, path), (acls ?? []).flatMap(entryOfAcl));
          }),
        ),
      ),
    setAcl: (path, entries) =>
      window(() =>
        lines.ask<void>((answer) =>
          client.setACL(path, entries.map(aclOfEntry), ANY_VERSION, (error) =>
            answer(isCode(error, Exception.NO_NODE) ? undefined : translate(error, path)),
          ),
        ),
      ),
    async end() {
      if (lines.isLost) return;
      const closed = new Promise<void>((resolve) => client.connectionManager.socket?.once('close', () => resolve()));
      client.close();
      await closed;
    },
    destroy,
  };
}

function addStep(transaction: Transaction, step: Step, acl: InstanceType<typeof ACL>[], hasAcl: boolean): Transaction {
  switch (step.do) {
    case 'check':
      return transaction.check(step.path);
    case 'remove':
      return transaction.remove(step.path);
    case 'set':
      return transaction.setData(step.path, Buffer.from(step.data));
    case 'create': {
      const mode = step.isEphemeral === true ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT;
      const data = step.data && Buffer.from(step.data);
      const own = hasAcl && step.isShared === true ? SHARED : acl;
      return transaction.create(step.path, data, step.acl?.map(aclOfEntry) ?? own, mode);
    }
  }
}

function aclOfEntry({ id, permissions }: AclEntry): InstanceType<typeof ACL> {
  return new ACL(permissions, new Id('digest', id));
}

function entryOfAcl({ id, permission }: InstanceType<typeof ACL>): readonly AclEntry[] {
  return id.scheme === 'digest' ? [{ id: id.id, permissions: permission }] : [];
}

function whyNot(error: Failure): Refusal | undefined {
  if (error.code === Exception.NO_NODE) return 'absent';
  if (error.code === Exception.NODE_EXISTS) return 'exists';
  if (error.code === Exception.NOT_EMPTY) return 'not-empty';
  return undefined;
}

function isCode(error: Failure | null | undefined, code: number): boolean {
  return error?.code === code;
}

function translate(error: Failure | null | undefined, path: string): HeddleError | undefined {
  if (!error) return undefined;
  if (error.code === Exception.CONNECTION_LOSS || error.code === Exception.SESSION_EXPIRED)
    return lostError('the connection was lost', error);
  if (error.code === Exception.NO_AUTH) {
    return new HeddleError('denied', `ZooKeeper denies access to ${path}`, {
      details: { path },
      cause: error,
      next: ['set HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE to the user who wrote it'],
    });
  }
  return new HeddleError('unexpected', `ZooKeeper answers to ${path}: ${error.message}`, { cause: error });
}
