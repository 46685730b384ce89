import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const SAMPLE_MS = 5000;
const BYTES_PER_MB = 1024 * 1024;
const MS_PER_MINUTE = 60_000;

/** How fast the memory of a process grows, in MB a minute. */
export interface MemorySlopes {
  readonly heapMbPerMinute: number;
  readonly rssMbPerMinute: number;
  /** At the end, in MB. */
  readonly heapMb: number;
  readonly rssMb: number;
  readonly samples: number;
}

/** Measures this process's memory after a garbage collection, again and again. */
export interface MemoryMeter {
  /** Stop, and fit a line through all samples after the first `warmupMs`. */
  end(warmupMs: number): MemorySlopes;
}

/** Begin to measure. */
export function measureMemory(): MemoryMeter {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const startMs = performance.now();
  const samples: { readonly atMs: number; readonly heap: number; readonly rss: number }[] = [];
  const sample = (): void => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    samples.push({ atMs: performance.now() - startMs, heap: heapUsed / BYTES_PER_MB, rss: rss / BYTES_PER_MB });
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    end(warmupMs) {
      clearInterval(timer);
      sample();
      const late = samples.filter(({ atMs }) => atMs >= warmupMs);
      const slope = (of: 'heap' | 'rss'): number => slopeOf(late.map((one) => [one.atMs / MS_PER_MINUTE, one[of]]));
      const last = samples.at(-1) ?? { heap: 0, rss: 0 };
      return {
        heapMbPerMinute: slope('heap'),
        rssMbPerMinute: slope('rss'),
        heapMb: last.heap,
        rssMb: last.rss,
        samples: late.length,
      };
    },
  };
}

/** The slope of the line with the least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const product = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const square = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return square === 0 ? 0 : product / square;
}
