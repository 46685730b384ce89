import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Reading ends when nothing has come for this long after the tool itself has ended, in ms. */
const quietMs = 300;
/** It ends in any case this long after the tool has, in ms. */
const longestMs = 10_000;

/** How the output of a tool ended: all of it is there, or processes that the tool has left behind keep it open. */
export type OutputEnd = 'closed' | 'quiet' | 'endless';

/**
 * Wait, when a tool has ended, for what its own processes still print: until the last of them has closed the output, is silent for 300 ms, as a
 * daemon is, or has gone on for 10 s. Streams are left open.
 */
export function restOfOutput(child: ChildProcessByStdio<null, Readable, Readable>): Promise<OutputEnd> {
  return new Promise((resolve) => {
    const streams = [child.stdout, child.stderr];
    const end = (how: OutputEnd) => {
      clearTimeout(quiet);
      clearTimeout(longest);
      for (const stream of streams) stream.off('data', restart);
      child.off('close', closed);
      resolve(how);
    };
    const closed = () => end('closed');
    // On a busy machine the timer may come before what has long been printed: that is read first.
    const look = () => {
      const timer = quiet;
      setImmediate(() => {
        if (timer === quiet) end('quiet');
      });
    };
    const restart = () => {
      clearTimeout(quiet);
      quiet = setTimeout(look, quietMs);
    };
    let quiet = setTimeout(look, quietMs);
    const longest = setTimeout(() => end('endless'), longestMs);
    for (const stream of streams) stream.on('data', restart);
    child.once('close', closed);
  });
}

/** Say what of the output nobody reads; undefined when all of it has been read. */
export function cutText(end: OutputEnd): string | undefined {
  if (end === 'closed') return undefined;
  const how = end === 'quiet' ? 'keeps the output open' : `still writes to the output after ${longestMs / 1000} s`;
  return `a process that was started ${how}, and cannot print to it from now on: send the output of daemons to a file`;
}
