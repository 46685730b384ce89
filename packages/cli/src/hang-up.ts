/**
 * End at once, as a terminal that is closed ends a process (SIGHUP; 129 for a shell).
 *
 * An end in order is not to be had: Node.js puts the terminal in order last, and aborts when it is gone.
 */
export function hangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
