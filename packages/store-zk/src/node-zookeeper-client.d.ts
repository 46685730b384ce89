/** The part of the library that client.ts uses, including the connection manager, which the library does not document. */
declare module 'node-zookeeper-client' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  export interface Options {
    sessionTimeout?: number;
    retries?: number;
    sessionId?: Buffer;
    sessionPassword?: Buffer;
  }

  export interface Failure extends Error {
    code: number;
  }

  export interface ConnectionManager {
    socket: Socket | undefined;
    /** The last transaction that the server has told of. */
    zxid: Buffer;
    connect(): void;
    setState(state: number): void;
    onSocketConnected(): void;
    onSocketData(data: Buffer): void;
    onSocketDrain(): void;
    onSocketClosed(hasError: boolean): void;
  }

  export interface TransactionResult {
    type: number;
    err?: number;
  }

  export interface Transaction {
    check(path: string): Transaction;
    create(path: string, data: Buffer | undefined, acls: ACL[], mode: number): Transaction;
    setData(path: string, data: Buffer): Transaction;
    remove(path: string): Transaction;
    commit(callback: (error: Failure | null | undefined, results?: TransactionResult[]) => void): void;
  }

  export interface Client extends EventEmitter {
    connectionManager: ConnectionManager;
    connect(): void;
    close(): void;
    addAuthInfo(scheme: string, auth: Buffer): void;
    getSessionId(): Buffer;
    getSessionPassword(): Buffer;
    getSessionTimeout(): number;
    getData(
      path: string,
      watcher: (() => void) | undefined,
      callback: (error: Failure | null | undefined, data?: Buffer) => void,
    ): void;
    getChildren(
      path: string,
      watcher: (() => void) | undefined,
      callback: (error: Failure | null | undefined, children?: string[]) => void,
    ): void;
    exists(
      path: string,
      watcher: (() => void) | undefined,
      callback: (error: Failure | null | undefined, stat?: { pzxid: Buffer } | null) => void,
    ): void;
    getACL(path: string, callback: (error: Failure | null | undefined, acls?: ACL[]) => void): void;
    setACL(path: string, acls: ACL[], version: number, callback: (error: Failure | null | undefined) => void): void;
    transaction(): Transaction;
  }

  export class Id {
    static readonly ANYONE_ID_UNSAFE: Id;
    readonly scheme: string;
    readonly id: string;
    constructor(scheme: string, id: string);
  }

  export class ACL {
    static readonly OPEN_ACL_UNSAFE: ACL[];
    static readonly CREATOR_ALL_ACL: ACL[];
    readonly permission: number;
    readonly id: Id;
    constructor(permission: number, id: Id);
  }

  interface Library {
    createClient(servers: string, options: Options): Client;
    ACL: typeof ACL;
    Id: typeof Id;
    CreateMode: { PERSISTENT: number; EPHEMERAL: number };
    Permission: { READ: number; CREATE: number };
    Exception: {
      NO_NODE: number;
      NO_AUTH: number;
      NODE_EXISTS: number;
      NOT_EMPTY: number;
      CONNECTION_LOSS: number;
      SESSION_EXPIRED: number;
    };
  }

  const library: Library;
  export default library;
}
