import {
  checkKey,
  checkValue,
  compareKeys,
  type Entry,
  HeddleError,
  type Key,
  type OperationOptions,
  type PutOptions,
  type PutResult,
  prepareWrite,
  type Store,
  type WatchHandler,
  type WriteOptions,
} from '@heddle/core';

interface Held extends Entry {
  readonly owner: Store | undefined;
}

interface Watching {
  readonly prefix: Key;
  readonly below: boolean;
  readonly handler: WatchHandler;
  isClosed: boolean;
}

/** Which keys, and everything at and below which prefixes, a connection may read or write. */
export type Rights = (key: Key, to: 'read' | 'write') => boolean;

/** How an operation reaches the server. */
interface Reach {
  readonly isPrefix?: boolean;
  /** @default read */
  readonly to?: 'read' | 'write';
}

/** A server that is nothing but a map in this process; small enough to see that it keeps the contract. */
export interface MemoryServer {
  /** @param rights  @default everything */
  open(rights?: Rights): Store;
  stop(): void;
  start(): void;
}

const text = (key: Key): string => JSON.stringify(key);
const isBelow = (prefix: Key, key: Key): boolean => prefix.every((segment, index) => segment === key[index]);
const isWatched = ({ prefix, below }: Watching, key: Key): boolean =>
  isBelow(prefix, key) && (below || key.length === prefix.length);
const copy = (entry: Entry): Entry => ({ key: [...entry.key], value: entry.value.slice(), rev: entry.rev });

export function createMemoryServer(): MemoryServer {
  const entries = new Map<string, Held>();
  const watches = new Set<Watching>();
  let sequence = 0;
  let running = Promise.resolve();
  let start = (): void => undefined;
  let isStopped = false;

  const tell = (what: (watching: Watching) => void): void => {
    for (const watching of watches) setImmediate(() => watching.isClosed || what(watching));
  };
  const changed = (key: Key): void =>
    tell((watching) => {
      const { handler } = watching;
      if (!isWatched(watching, key)) return;
      const entry = entries.get(text(key));
      if (entry) handler.state(copy(entry));
      else handler.gone(key);
    });
  const first = (watching: Watching): void => {
    for (const entry of entries.values()) if (isWatched(watching, entry.key)) watching.handler.state(copy(entry));
    watching.handler.synced();
  };

  const write = (key: Key, options: WriteOptions, next: Omit<Held, 'rev'> | undefined): PutResult => {
    for (const guard of options.guards ?? []) {
      if (entries.get(text(guard.key))?.rev !== guard.rev) throw new HeddleError('fenced', 'a guard does not hold');
    }
    const current = entries.get(text(key));
    const expected = 'rev' in options.expect ? options.expect.rev : undefined;
    if (current?.rev !== expected) return { ok: false, current: current && copy(current) };
    sequence += 1;
    if (next) entries.set(text(key), { ...next, rev: String(sequence) });
    else entries.delete(text(key));
    changed(key);
    return { ok: true, rev: String(sequence) };
  };

  const open = (rights: Rights): Store => {
    let end: (error: HeddleError) => void = () => undefined;
    const closed = new Promise<never>((_, reject) => {
      end = reject;
    });
    closed.catch(() => undefined);
    let isClosed = false;
    const own = new Set<Watching>();
    const permit = (key: Key, to: 'read' | 'write'): void => {
      if (!rights(key, to)) throw new HeddleError('denied', 'no right to it');
    };
    const reach = async <T>(key: Key, options: OperationOptions, work: () => T, how: Reach = {}): Promise<T> => {
      if (isClosed) throw new HeddleError('closed', 'closed');
      checkKey(key, how.isPrefix === true ? 'prefix' : 'key');
      if (options.signal?.aborted) throw new HeddleError('interrupted', 'cancelled');
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        const error = new HeddleError('unavailable', 'no answer in time');
        timer = setTimeout(() => reject(error), options.timeoutMs ?? 10_000);
      });
      try {
        await Promise.race([running, late, closed]);
        permit(key, how.to ?? 'read');
        return work();
      } finally {
        clearTimeout(timer);
      }
    };
    const store: Store = {
      capabilities: {
        distributed: false,
        linearizable: true,
        durable: false,
        acl: false,
        tls: false,
        maxValueBytes: 4096,
        maxBatch: 4,
      },
      async put(key, value, options: PutOptions) {
        if (isClosed) throw new HeddleError('closed', 'closed');
        prepareWrite(key, options, store.capabilities);
        checkValue(key, value, store.capabilities);
        const next = { key: [...key], value: value.slice(), owner: options.liveness ? store : undefined };
        const put = (): PutResult => {
          for (const guard of options.guards ?? []) permit(guard.key, 'read');
          return write(key, options, next);
        };
        return reach(key, options, put, { to: 'write' });
      },
      async get(key, options = {}) {
        const entry = await reach(key, options, () => entries.get(text(key)));
        return entry && copy(entry);
      },
      delete: (key, options) => reach(key, options, () => write(key, options, undefined), { to: 'write' }),
      async list(prefix, options = {}) {
        const found = await reach(
          prefix,
          options,
          () => [...entries.values()].filter(({ key }) => isBelow(prefix, key)),
          { isPrefix: true },
        );
        return found.map(copy).sort((a, b) => compareKeys(a.key, b.key));
      },
      watch(prefix, handler, { below = true } = {}) {
        if (isClosed) throw new HeddleError('closed', 'closed');
        checkKey(prefix, 'prefix');
        const watching: Watching = { prefix: [...prefix], below, handler, isClosed: false };
        own.add(watching);
        watches.add(watching);
        const end = (): void => {
          watching.isClosed = true;
          watches.delete(watching);
        };
        setImmediate(() => {
          if (watching.isClosed) return;
          if (rights(prefix, 'read')) return first(watching);
          end();
          handler.failed(new HeddleError('denied', 'no right to it'));
        });
        return { close: async () => end() };
      },
      async close() {
        isClosed = true;
        end(new HeddleError('closed', 'closed'));
        for (const watching of own) {
          watching.isClosed = true;
          watches.delete(watching);
        }
        for (const entry of [...entries.values()].filter(({ owner }) => owner === store)) {
          entries.delete(text(entry.key));
          changed(entry.key);
        }
      },
    };
    return store;
  };

  return {
    open(rights = () => true) {
      if (isStopped) throw new HeddleError('unavailable', 'nobody answers');
      return open(rights);
    },
    stop() {
      isStopped = true;
      running = new Promise((resolve) => {
        start = resolve;
      });
      tell(({ handler }) => handler.status('down'));
    },
    start() {
      isStopped = false;
      start();
      tell((watching) => {
        watching.handler.status('up');
        first(watching);
      });
    },
  };
}
