import {
  type Entry,
  HeddleError,
  type Key,
  type OperationOptions,
  type PutOptions,
  type PutResult,
  type Store,
  type WatchHandler,
  type WriteOptions,
} from '@heddle/core';

interface Held extends Entry {
  readonly owner: Store | undefined;
}

interface Watching {
  readonly prefix: Key;
  readonly handler: WatchHandler;
  isClosed: boolean;
}

/** A server that is nothing but a map in this process; small enough to see that it keeps the contract. */
export interface MemoryServer {
  open(): Store;
  stop(): void;
  start(): void;
}

const text = (key: Key): string => JSON.stringify(key);
const isBelow = (prefix: Key, key: Key): boolean => prefix.every((segment, index) => segment === key[index]);
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
    tell(({ prefix, handler }) => {
      if (!isBelow(prefix, key)) return;
      const entry = entries.get(text(key));
      if (entry) handler.state(copy(entry));
      else handler.gone(key);
    });
  const first = (watching: Watching): void => {
    for (const entry of entries.values()) if (isBelow(watching.prefix, entry.key)) watching.handler.state(copy(entry));
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

  const open = (): Store => {
    let end: (error: HeddleError) => void = () => undefined;
    const closed = new Promise<never>((_, reject) => {
      end = reject;
    });
    closed.catch(() => undefined);
    let isClosed = false;
    const own = new Set<Watching>();
    const reach = async <T>(key: Key, options: OperationOptions, work: () => T, isPrefix = false): Promise<T> => {
      if (isClosed) throw new HeddleError('closed', 'closed');
      checkKey(key, isPrefix);
      if (options.signal?.aborted) throw new HeddleError('interrupted', 'cancelled');
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        const error = new HeddleError('unavailable', 'no answer in time');
        timer = setTimeout(() => reject(error), options.timeoutMs ?? 10_000);
      });
      try {
        await Promise.race([running, late, closed]);
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
        for (const guard of options.guards ?? []) checkKey(guard.key, false);
        if (value.byteLength > 4096) throw new HeddleError('too-large', 'too large');
        const next = { key: [...key], value: value.slice(), owner: options.liveness ? store : undefined };
        return reach(key, options, () => write(key, options, next));
      },
      async get(key, options = {}) {
        const entry = await reach(key, options, () => entries.get(text(key)));
        return entry && copy(entry);
      },
      delete: (key, options) => reach(key, options, () => write(key, options, undefined)),
      async list(prefix, options = {}) {
        const found = await reach(
          prefix,
          options,
          () => [...entries.values()].filter(({ key }) => isBelow(prefix, key)),
          true,
        );
        return found.map(copy).sort((a, b) => compareKeys(a.key, b.key));
      },
      watch(prefix, handler) {
        if (isClosed) throw new HeddleError('closed', 'closed');
        checkKey(prefix, true);
        const watching: Watching = { prefix: [...prefix], handler, isClosed: false };
        own.add(watching);
        watches.add(watching);
        setImmediate(() => watching.isClosed || first(watching));
        return {
          async close() {
            watching.isClosed = true;
            watches.delete(watching);
          },
        };
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
    open() {
      if (isStopped) throw new HeddleError('unavailable', 'nobody answers');
      return open();
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

function checkKey(key: Key, isPrefix: boolean): void {
  const isFine = (segment: string): boolean =>
    segment !== '' && !/\p{Surrogate}/u.test(segment) && Buffer.byteLength(segment) <= 1024;
  const isKey = key.length <= 16 && (isPrefix || key.length > 0) && key.every(isFine);
  if (!isKey) throw new HeddleError('bad-key', 'bad key');
}

function compareKeys(a: Key, b: Key): number {
  for (const [index, segment] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (segment !== other) return segment < other ? -1 : 1;
  }
  return a.length - b.length;
}
