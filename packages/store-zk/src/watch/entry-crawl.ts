import { checkReadable } from '../access/readable.ts';
import { entryPaths } from '../layout.ts';
import { barrier } from '../read.ts';
import { decodeStored } from '../record.ts';
import type { Crawl, CrawlOptions } from './crawl.ts';

/**
 * Read one entry and keep reading what becomes of it, with one request for each state.
 *
 * A write removes the record and creates it again in one step, so a watch on its data tells of a change as of a removal: what is read
 * next says which of the two it was. There is one reader at a time, so that what is told never goes back.
 * @param isExpected  Whether to ask for the record first; otherwise whether it is there at all.
 */
export function startEntryCrawl(options: CrawlOptions, isExpected: boolean): Crawl {
  const { link, root, prefix } = options;
  const { node, record } = entryPaths(root, prefix);
  let mayBeThere = isExpected;
  const over = new AbortController();
  let isSynced = false;
  let isReading = false;
  let isStale = true;

  const close = (): void => {
    over.abort();
    link.unwatch(record, changed);
  };

  const changed = (): void => {
    isStale = true;
    if (!isReading) void read();
  };

  const read = async (): Promise<void> => {
    isReading = true;
    try {
      while (isStale && !over.signal.aborted) {
        isStale = false;
        await readOnce();
      }
    } catch (error) {
      if (!over.signal.aborted) {
        close();
        options.failed(error);
      }
      return;
    } finally {
      isReading = false;
    }
    if (isSynced || over.signal.aborted) return;
    isSynced = true;
    options.synced();
  };

  const readOnce = async (): Promise<void> => {
    if (mayBeThere) {
      const data = await link.data(record, changed);
      if (over.signal.aborted) return link.unwatch(record, changed);
      if (data !== undefined) {
        const { rev, value } = decodeStored(record, data);
        return options.state(node, { key: [...prefix], value, rev });
      }
    }
    options.gone(node);
    mayBeThere = true;
    const [isThere] = await Promise.all([link.exists(record, changed), checkReadable(link, root, prefix)]);
    if (!isThere && !over.signal.aborted) return;
    // The watch on its data tells of everything from here on.
    link.unwatch(record, changed);
    isStale = true;
  };

  // What the other servers have acknowledged before is then known to this one, too.
  if (options.needsBarrier) barrier(link, options.barrierPath).catch((error: unknown) => options.failed(error));
  void read();
  return { close };
}
