import type { KeyRange } from '../key.ts';
import type { EtcdClient, EtcdEvent, EtcdWatchStream, WatchReply } from './etcd.ts';
import { failure, failureOf, kindOf } from './failure.ts';

/** Beats of the link within which the server has to confirm a watch. */
const MOST_BEATS = 4;

/** Who is told about a range. */
export interface Follower {
  /** Changes in the order in which they happened. */
  events(events: readonly EtcdEvent[]): void;
  /** Nothing comes any more: the link or the stream broke, or the server refused; told once, unless `cancel` was first. */
  ended(error: Error): void;
}

/** The watches of one link; they share a stream. */
export interface WatchStreams {
  /** Follow a range from a revision on, which may lie in the past. */
  follow(range: KeyRange, fromRevision: string, follower: Follower): { cancel(): void };
  /** Open a new stream for the watches that come now: the server checks them by the token with which their stream was opened. */
  renew(): void;
  /** Fails when the server left a watch unconfirmed for too long. */
  beat(): void;
  close(error: Error): void;
}

interface Stream {
  readonly followers: Map<string, { readonly follower: Follower; isConfirmed: boolean; beats: number }>;
  opened: EtcdWatchStream | undefined;
  /** What is written while the stream is not open yet. */
  readonly queue: Parameters<EtcdWatchStream['write']>[0][];
}

/** Create the watches of a link; `failed` is told of a stream that broke, and then the link is of no use any more. */
export function createWatchStreams(client: EtcdClient, host: string, failed: (error: Error) => void): WatchStreams {
  const streams = new Set<Stream>();
  let current: Stream | undefined;
  let closed: Error | undefined;
  let lastId = 0;

  const end = (stream: Stream, error: Error): void => {
    streams.delete(stream);
    if (current === stream) current = undefined;
    const ended = [...stream.followers.values()];
    stream.followers.clear();
    stream.opened?.cancel();
    for (const { follower } of ended) follower.ended(error);
  };

  const reply = (stream: Stream, { watch_id, canceled, created, ...rest }: WatchReply): void => {
    const found = stream.followers.get(watch_id);
    // A watch that was cancelled here may be told a little longer.
    if (found === undefined) return;
    if (created) found.isConfirmed = true;
    if (!canceled) return rest.events.length > 0 ? found.follower.events(rest.events) : undefined;
    stream.followers.delete(watch_id);
    const isCompacted = rest.compact_revision !== '0';
    const why = rest.cancel_reason === '' ? 'the server ended a watch' : rest.cancel_reason;
    const text = `etcd ${host}: ${why}`;
    const refusal = isCompacted ? failure('compacted', text) : failureOf({ code: 14, details: why }, host);
    // The server judges a watch by the login with which its stream was opened, and says "denied" when that one has ended: whether
    // it is the login or the right that is missing, the next call tells.
    found.follower.ended(kindOf(refusal) === 'denied' ? failure('token', text, refusal) : refusal);
  };

  const open = (): Stream => {
    const stream: Stream = { followers: new Map(), opened: undefined, queue: [] };
    streams.add(stream);
    const ended = (error: Error): void => {
      end(stream, error);
      if (kindOf(error) !== 'token') failed(error);
    };
    client.watch({ reply: (told) => reply(stream, told), ended }).then(
      (opened) => {
        if (!streams.has(stream)) return opened.cancel();
        stream.opened = opened;
        for (const request of stream.queue.splice(0)) opened.write(request);
      },
      (error: unknown) => ended(failureOf(error, host)),
    );
    return stream;
  };

  const write = (stream: Stream, request: Stream['queue'][number]): void => {
    if (stream.opened) stream.opened.write(request);
    else stream.queue.push(request);
  };

  return {
    follow({ key, end: rangeEnd }, start_revision, follower) {
      if (closed) return refuse(follower, closed);
      const stream = (current ??= open());
      const range = rangeEnd === undefined ? {} : { range_end: rangeEnd };
      const watch_id = String((lastId += 1));
      stream.followers.set(watch_id, { follower, isConfirmed: false, beats: 0 });
      write(stream, { create_request: { key, ...range, start_revision, watch_id, fragment: true } });
      return {
        cancel() {
          if (!stream.followers.delete(watch_id)) return;
          if (stream.followers.size > 0 || stream === current) return write(stream, { cancel_request: { watch_id } });
          end(stream, failure('link', 'nobody follows this stream'));
        },
      };
    },
    renew() {
      const former = current;
      current = undefined;
      if (former?.followers.size === 0) end(former, failure('link', 'nobody follows this stream'));
    },
    beat() {
      for (const { followers } of streams) {
        for (const watch of followers.values()) {
          if (watch.isConfirmed) continue;
          watch.beats += 1;
          if (watch.beats > MOST_BEATS)
            return failed(failure('link', `etcd ${host}: a watch was not confirmed in time`));
        }
      }
    },
    close(error) {
      closed = error;
      for (const stream of streams) end(stream, error);
    },
  };
}

/** Tell a follower that there is nothing to follow any more, though not while it asks. */
function refuse(follower: Follower, error: Error): { cancel(): void } {
  let isCancelled = false;
  setImmediate(() => (isCancelled ? undefined : follower.ended(error)));
  return {
    cancel() {
      isCancelled = true;
    },
  };
}
