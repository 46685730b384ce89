import type { Entry, Key, Rev } from '@heddle/core';
import { checkReadable } from '../access/readable.ts';
import { nodePath, RECORD, readListing } from '../layout.ts';
import type { Link } from '../link.ts';
import { barrier } from '../read.ts';
import { decodeStored } from '../record.ts';

/** The reading of one subtree on one link, which goes on with every change. */
export interface Crawl {
  close(): void;
}

export interface CrawlOptions {
  readonly link: Link;
  readonly root: string;
  readonly prefix: Key;
  readonly needsBarrier: boolean;
  /** A znode that this connection may read. */
  readonly barrierPath: string;
  /** The revision of the entry at a znode that need not be read again. */
  readonly knownRev: (path: string) => Rev | undefined;
  readonly state: (path: string, entry: Entry) => void;
  readonly gone: (path: string) => void;
  /** All that was there has been read. */
  readonly synced: () => void;
  readonly failed: (error: unknown) => void;
}

interface Node {
  readonly path: string;
  readonly key: Key;
  readonly below: Set<string>;
  readonly changed: () => void;
  isReading: boolean;
  isStale: boolean;
  wasRead: boolean;
}

/**
 * Read a subtree and keep reading what changes in it.
 *
 * Every znode of a key has one watch, on its children: their names tell the entry's revision, so that a create, a change and
 * a delete of the entry are seen there as well as new keys below. A znode is read by one reader at a time, so that what is
 * told of it never goes back. Only the top may be absent; it is then watched for its creation.
 */
export function startCrawl(options: CrawlOptions): Crawl {
  const { link } = options;
  const top = nodePath(options.root, options.prefix);
  const nodes = new Map<string, Node>();
  let isOver = false;
  let isSynced = false;
  let reading = 0;

  const close = (): void => {
    isOver = true;
    for (const node of nodes.values()) link.unwatch(node.path, node.changed);
    nodes.clear();
  };

  const add = (path: string, key: Key): void => {
    const node: Node = {
      path,
      key,
      below: new Set(),
      changed: () => visit(node),
      isReading: false,
      isStale: false,
      wasRead: false,
    };
    nodes.set(path, node);
    visit(node);
  };

  const forget = (node: Node): void => {
    link.unwatch(node.path, node.changed);
    nodes.delete(node.path);
    options.gone(node.path);
    forgetBelow(node, new Set());
  };

  const forgetBelow = (node: Node, staying: ReadonlySet<string>): void => {
    for (const path of node.below) {
      if (staying.has(path)) continue;
      node.below.delete(path);
      const child = nodes.get(path);
      if (child) forget(child);
    }
  };

  const isWanted = (node: Node): boolean => !isOver && nodes.get(node.path) === node;

  const visit = (node: Node): void => {
    node.isStale = true;
    if (node.isReading || !isWanted(node)) return;
    node.isReading = true;
    reading += 1;
    void read(node);
  };

  const read = async (node: Node): Promise<void> => {
    try {
      while (node.isStale && isWanted(node)) {
        node.isStale = false;
        await readOnce(node);
      }
    } catch (error) {
      if (!isOver) {
        close();
        options.failed(error);
      }
      return;
    } finally {
      node.isReading = false;
    }
    reading -= 1;
    if (reading > 0 || isSynced || isOver) return;
    isSynced = true;
    options.synced();
  };

  /**
   * Read the names of a znode's children, and the record of one without keys below, which is told at once.
   *
   * The record is asked for first: the mark among the names tells whether it still stood when the watch was set. Only the names are
   * asked for where there is hardly a record: above other keys, and at the top before it is known to exist.
   */
  const readNames = async (node: Node): Promise<readonly string[] | undefined> => {
    const isFirst = !node.wasRead;
    node.wasRead = true;
    if (node.below.size > 0 || (isFirst && node.path === top)) return link.children(node.path, node.changed);
    const isAwaited = node.path === top && options.knownRev(top) === undefined;
    const told = readRecord(node);
    if (isAwaited && (await told)) {
      // Whoever waits for one key closes the watch on what it is told, and the server need not set another one.
      await new Promise((resolve) => setImmediate(resolve));
      return isWanted(node) ? link.children(node.path, node.changed) : undefined;
    }
    const [names] = await Promise.all([link.children(node.path, node.changed), told]);
    return names;
  };

  const readOnce = async (node: Node): Promise<void> => {
    const names = await readNames(node);
    if (!isWanted(node)) return link.unwatch(node.path, node.changed);
    if (names === undefined) return node.path === top ? awaitTop(node) : forget(node);
    const { hasRecord, rev, below } = readListing(names);
    if (!hasRecord) options.gone(node.path);
    else if (rev === undefined || rev !== options.knownRev(node.path)) await readRecord(node);
    if (!isWanted(node)) return;
    const parent = node.path === '/' ? '' : node.path;
    forgetBelow(node, new Set(below.map(({ name }) => `${parent}/${name}`)));
    for (const { name, segment } of below) {
      const path = `${parent}/${name}`;
      node.below.add(path);
      if (!nodes.has(path)) add(path, [...node.key, segment]);
    }
  };

  /** Read and tell the record of a key; answers whether there was one to tell. */
  const readRecord = async (node: Node): Promise<boolean> => {
    if (node.key.length === 0) return false;
    const path = `${node.path}/${RECORD}`;
    const data = await link.data(path);
    // One that went between the two reads has changed the children, so it is read again.
    if (data === undefined || !isWanted(node)) return false;
    const { rev, value } = decodeStored(path, data);
    options.state(node.path, { key: [...node.key], value, rev });
    return true;
  };

  const awaitTop = async (node: Node): Promise<void> => {
    options.gone(node.path);
    forgetBelow(node, new Set());
    const [isThere] = await Promise.all([
      link.exists(node.path, node.changed),
      checkReadable(link, options.root, options.prefix),
    ]);
    if (isThere) node.isStale = true;
  };

  // What the other servers have acknowledged before is then known to this one, too.
  if (options.needsBarrier) barrier(link, options.barrierPath).catch((error: unknown) => options.failed(error));
  add(top, options.prefix);
  return { close };
}
