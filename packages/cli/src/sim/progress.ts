import { formatDuration } from '@heddle/core';

/** Milliseconds of real time until the first line, and between lines. */
const firstMs = 1000;
const everyMs = 5000;

/** Tell on standard error how far a simulation has come, when it takes longer than a second. */
export function progressLines(nodes: number): (nowMs: number, ended: number) => void {
  let nextMs = performance.now() + firstMs;
  return (nowMs, ended) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + everyMs;
    process.stderr.write(`simulated ${formatDuration(nowMs)}; ${ended} of the ${nodes} nodes have ended\n`);
  };
}
