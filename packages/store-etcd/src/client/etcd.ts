import { rootCertificates } from 'node:tls';
import type { StoreTls } from '@heddle/core';
import { noop } from 'cockatiel';
import {
  Etcd3,
  type IAuthenticateResponse,
  type IAuthRoleAddRequest,
  type IAuthRoleDeleteRequest,
  type IAuthRoleGrantPermissionRequest,
  type IAuthRoleListResponse,
  type IAuthUserAddRequest,
  type IAuthUserChangePasswordRequest,
  type IAuthUserDeleteRequest,
  type IAuthUserGetRequest,
  type IAuthUserGetResponse,
  type IAuthUserGrantRoleRequest,
  type IAuthUserListResponse,
  type ICallable,
  type ICompare,
  type IEvent,
  type IKeyValue,
  type ILeaseGrantResponse,
  type ILeaseKeepAliveRequest,
  type ILeaseKeepAliveResponse,
  type IOptions,
  type IRangeRequest,
  type IRangeResponse,
  type IRequestOp,
  type ITxnRequest,
  type ITxnResponse,
  type IWatchRequest,
  type IWatchResponse,
} from 'etcd3';
import { MAX_MESSAGE_BYTES } from '../limits.ts';
import { failure, failureOf } from './failure.ts';

export type {
  ICompare as Compare,
  IEvent as EtcdEvent,
  IKeyValue as KeyValue,
  IRangeRequest as RangeRequest,
  IRangeResponse as RangeReply,
  IRequestOp as RequestOp,
  ITxnRequest as TxnRequest,
  ITxnResponse as TxnReply,
  IWatchResponse as WatchReply,
};

/** The first of these signals that is aborted ends a call with its reason, and the server is told. */
export type Until = readonly AbortSignal[];

/** A watch stream; nothing comes after `ended`, which is told unless the stream was cancelled. */
export interface EtcdWatchStream {
  write(request: IWatchRequest): void;
  cancel(): void;
}

export interface EtcdWatchHandler {
  reply(reply: IWatchResponse): void;
  ended(error: Error): void;
}

/** The calls of etcd that a store needs, on one channel to one host: each once, none repeated. */
export interface EtcdClient {
  /** Sent with every call from now on. */
  useToken(token: string): void;
  authenticate(user: string, password: string, until: Until): Promise<string>;
  /** Change or ask for users and roles. */
  administer<M extends keyof Administration>(
    method: M,
    request: Administration[M][0],
    until: Until,
  ): Promise<Administration[M][1]>;
  range(request: IRangeRequest, until: Until): Promise<IRangeResponse>;
  txn(request: ITxnRequest, until: Until): Promise<ITxnResponse>;
  grantLease(ttlSeconds: number, until: Until): Promise<{ readonly id: string; readonly ttlSeconds: number }>;
  /** Renew a lease; answers the seconds that it has left, 0 when it is gone. */
  renewLease(id: string, until: Until): Promise<number>;
  revokeLease(id: string, until: Until): Promise<void>;
  watch(handler: EtcdWatchHandler): Promise<EtcdWatchStream>;
  /** Give the channel up; calls that still run have to be ended by their signals. */
  close(): void;
}

/** Calls about users and roles: what is sent, what is answered. */
export interface Administration {
  userAdd: [IAuthUserAddRequest, object];
  userChangePassword: [IAuthUserChangePasswordRequest, object];
  userDelete: [IAuthUserDeleteRequest, object];
  userGet: [IAuthUserGetRequest, IAuthUserGetResponse];
  userGrantRole: [IAuthUserGrantRoleRequest, object];
  userList: [object, IAuthUserListResponse];
  roleAdd: [IAuthRoleAddRequest, object];
  roleDelete: [IAuthRoleDeleteRequest, object];
  roleGrantPermission: [IAuthRoleGrantPermissionRequest, object];
  roleList: [object, IAuthRoleListResponse];
}

type Service = Parameters<ICallable<unknown>['withConnection']>[0];
type Connected = Parameters<Parameters<ICallable<unknown>['withConnection']>[1]>[0];
type Metadata = Connected['metadata'];
type Cancellable = { cancel(): void };
type Unary = (
  request: object,
  metadata: Metadata,
  options: object,
  callback: (error: Error | null, reply: unknown) => void,
) => Cancellable;
interface Duplex<Q, A> extends Cancellable {
  write(request: Q): void;
  on(event: 'data', told: (reply: A) => void): this;
  on(event: 'error', told: (error: Error) => void): this;
  on(event: 'end', told: () => void): this;
}
type Streaming<Q, A> = (metadata: Metadata, options: object) => Duplex<Q, A>;

/** etcd3's channel and message definitions without its call path, which repeats writes, has no deadlines and cannot cancel. */
class Channel extends Etcd3 {
  connect(service: Service): Promise<Connected> {
    return this.pool.withConnection(service, (connected) => connected);
  }
}

let channels = 0;

function credentialsOf(tls: StoreTls | undefined): Pick<IOptions, 'credentials'> {
  if (tls?.authorities === undefined && tls?.certificate === undefined) return {};
  const { authorities = rootCertificates.join('\n'), certificate, key } = tls;
  const rootCertificate = Buffer.from(authorities);
  if (certificate === undefined || key === undefined) return { credentials: { rootCertificate } };
  return { credentials: { rootCertificate, privateKey: Buffer.from(key), certChain: Buffer.from(certificate) } };
}

/**
 * Make a client for one host; it connects with the first call.
 *
 * This is the only file that knows etcd3. The library reads its message definitions from `proto/rpc.proto` beside itself when it is
 * imported, so whoever bundles it has to bring them along.
 */
export function createEtcdClient(host: string, tls: StoreTls | undefined): EtcdClient {
  const channel = new Channel({
    hosts: `${tls === undefined ? 'http' : 'https'}://${host}`,
    ...credentialsOf(tls),
    faultHandling: { host: () => noop, global: noop },
    grpcOptions: {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      // A proxy that is meant for package downloads does not lead to the store.
      'grpc.enable_http_proxy': 0,
      // Channels with equal options share a socket: a new link would get one that another store has not yet found to be silent.
      'grpc.primary_user_agent': `heddle/${(channels += 1)}`,
      // Lets go of sockets whose other end is silent; a server takes pings every 5 s.
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5000,
    },
  });
  let token: string | undefined;

  const connect = async (service: Service, method: string): Promise<{ client: object; metadata: Metadata }> => {
    const { client, metadata } = await channel.connect(service);
    const own = metadata.clone();
    // A login with an ended token beside the password would be refused.
    if (token !== undefined && method !== 'authenticate') own.set('token', token);
    return { client, metadata: own };
  };

  const unary = async <A>(service: Service, method: string, request: object, until: Until): Promise<A> => {
    const { client, metadata } = await connect(service, method);
    return cancellable(until, (resolve, reject) => {
      const start = (client as Record<string, Unary>)[method] as Unary;
      return start.call(client, request, metadata, {}, (error, reply) => {
        if (error) reject(failureOf(error, host));
        else resolve(reply as A);
      });
    });
  };

  const open = async <Q, A>(service: Service, method: string): Promise<Duplex<Q, A>> => {
    const { client, metadata } = await connect(service, method);
    const start = (client as Record<string, Streaming<Q, A>>)[method] as Streaming<Q, A>;
    return start.call(client, metadata, {});
  };

  return {
    useToken(fresh) {
      token = fresh;
    },
    async authenticate(user, password, until) {
      const request = { name: user, password };
      return (await unary<IAuthenticateResponse>('Auth', 'authenticate', request, until)).token;
    },
    administer: (method, request, until) => unary('Auth', method, request, until),
    range: (request, until) => unary('KV', 'range', request, until),
    txn: (request, until) => unary('KV', 'txn', request, until),
    async grantLease(ttlSeconds, until) {
      const { ID, TTL } = await unary<ILeaseGrantResponse>('Lease', 'leaseGrant', { TTL: ttlSeconds, ID: 0 }, until);
      return { id: ID, ttlSeconds: Number(TTL) };
    },
    async renewLease(id, until) {
      const stream = await open<ILeaseKeepAliveRequest, ILeaseKeepAliveResponse>('Lease', 'leaseKeepAlive');
      try {
        return await cancellable<number>(until, (resolve, reject) => {
          stream.on('error', (error) => reject(failureOf(error, host)));
          stream.on('end', () => reject(failure('link', `etcd ${host}: the lease stream ended`)));
          stream.on('data', (reply) => resolve(Number(reply.TTL)));
          stream.write({ ID: id });
          return stream;
        });
      } finally {
        stream.cancel();
      }
    },
    async revokeLease(id, until) {
      await unary('Lease', 'leaseRevoke', { ID: id }, until);
    },
    async watch(handler) {
      const stream = await open<IWatchRequest, IWatchResponse>('Watch', 'watch');
      let isOver = false;
      const end = (error: Error): void => {
        if (isOver) return;
        isOver = true;
        handler.ended(failureOf(error, host));
      };
      stream.on('error', end);
      stream.on('end', () => end(failure('link', `etcd ${host}: the watch stream ended`)));
      stream.on('data', (reply) => (isOver ? undefined : handler.reply(reply)));
      return {
        write: (request) => stream.write(request),
        cancel() {
          isOver = true;
          stream.cancel();
        },
      };
    },
    close: () => channel.close(),
  };
}

/** Settle with what `start` comes to; or reject with the reason of the first signal that is aborted, and cancel what was started. */
function cancellable<T>(
  until: Until,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => Cancellable,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = until.find((signal) => signal.aborted);
    if (aborted) return reject(aborted.reason as Error);
    const onAbort = (event: Event): void => {
      finish();
      reject((event.target as AbortSignal).reason as Error);
      call.cancel();
    };
    const finish = (): void => {
      for (const signal of until) signal.removeEventListener('abort', onAbort);
    };
    for (const signal of until) signal.addEventListener('abort', onAbort, { once: true });
    const call = start(
      (value) => {
        finish();
        resolve(value);
      },
      (error) => {
        finish();
        reject(error);
      },
    );
  });
}
