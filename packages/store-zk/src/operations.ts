import {
  checkRoom,
  HeddleError,
  isHeddleError,
  type Key,
  type OperationOptions,
  operationAmbiguous,
  operationCancelled,
  operationName,
  operationTimedOut,
  operationTimeoutMs,
  toHeddleError,
} from '@heddle/core';
import type { Link, Requests } from './link.ts';

/** Something to do on a link; again on the next one when the link is lost meanwhile. */
export interface Operation<T> {
  /** For messages, e.g. `get`. */
  readonly name: string;
  readonly key: Key;
  readonly sizeBytes?: number;
  attempt(link: Requests): Promise<T>;
  /** True while something was sent and nobody knows whether it happened. @default never */
  isUnsettled?(): boolean;
}

/** The operations that have no result yet; nothing is handed to the library while there is no link. */
export interface Operations {
  /** Do one; its clock starts now. */
  perform<T>(operation: Operation<T>, options: OperationOptions): Promise<T>;
  /** There is a link: go on with all that wait for one. */
  resume(link: Link): void;
  fail(error: HeddleError): void;
}

interface Row {
  readonly fail: (error: HeddleError) => void;
  wake: ((link: Link) => void) | undefined;
}

/**
 * Create the table of operations; bounded, an operation over the bound fails with `unavailable`.
 *
 * @param current  The link, when there is one.
 * @param problem  Why there is no link, for messages.
 */
export function createOperations(current: () => Link | undefined, problem: () => unknown): Operations {
  const rows = new Set<Row>();
  let bytes = 0;

  const start = <T>(operation: Operation<T>, options: OperationOptions): Promise<T> =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      const size = operation.sizeBytes ?? 0;
      const timeoutMs = operationTimeoutMs(options);
      const name = operationName(operation.name, operation.key);
      const early = (error: HeddleError): void =>
        row.fail(operation.isUnsettled?.() === true ? operationAmbiguous(name, error) : error);
      let isOver = false;
      const finish = (deliver: () => void): void => {
        if (isOver) return;
        isOver = true;
        rows.delete(row);
        bytes -= size;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        deliver();
      };
      const row: Row = { fail: (error) => finish(() => reject(error)), wake: undefined };
      const timer = setTimeout(
        () => early(operationTimedOut(name, timeoutMs, current() ? undefined : problem())),
        timeoutMs,
      );
      const onAbort = (): void => early(operationCancelled(name, signal?.reason));
      rows.add(row);
      bytes += size;
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      const attempt = async (link: Link): Promise<void> => {
        try {
          const value = await operation.attempt(whileWanted(link, () => !isOver));
          finish(() => resolve(value));
        } catch (error) {
          if (isHeddleError(error) && error.code === 'unavailable') next();
          else row.fail(toHeddleError(error));
        }
      };
      const next = (): void => {
        if (isOver) return;
        const link = current();
        if (link) void attempt(link);
        else
          row.wake = (found) => {
            row.wake = undefined;
            void attempt(found);
          };
      };
      next();
    });

  return {
    async perform(operation, options) {
      const { name } = operationName(operation.name, operation.key);
      checkRoom(name, operation.sizeBytes ?? 0, { count: rows.size, sizeBytes: bytes });
      return start(operation, options);
    },
    resume(link) {
      for (const row of rows) row.wake?.(link);
    },
    fail(error) {
      for (const row of rows) row.fail(error);
    },
  };
}

/** The link for an operation that may be over before it is done: it asks the server for nothing more then. */
function whileWanted(link: Link, isWanted: () => boolean): Requests {
  const asked = <T>(ask: () => Promise<T>): Promise<T> =>
    isWanted() ? ask() : Promise.reject(new HeddleError('interrupted', 'the operation is over'));
  return {
    get seen() {
      return link.seen;
    },
    session: link.session,
    get isLost() {
      return link.isLost;
    },
    hasAcl: link.hasAcl,
    granted: link.granted,
    data: (path, changed) => asked(() => link.data(path, changed)),
    children: (path) => asked(() => link.children(path)),
    childrenChanged: (path) => asked(() => link.childrenChanged(path)),
    exists: (path) => asked(() => link.exists(path)),
    commit: (steps) => asked(() => link.commit(steps)),
    acl: (path) => asked(() => link.acl(path)),
    setAcl: (path, acl) => asked(() => link.setAcl(path, acl)),
  };
}
