import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const cleanups: (() => Promise<void> | void)[] = [];

/** Run after the test, whatever becomes of it; the last registered first. */
export function cleanup(work: () => Promise<void> | void): void {
  cleanups.push(work);
}

afterEach(async () => {
  const problems: unknown[] = [];
  for (let work = cleanups.pop(); work; work = cleanups.pop()) {
    try {
      await work();
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, 'cleaning up failed');
});

/** Make a store folder that is removed after the test. */
export function temporaryFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'heddle-store-'));
  cleanup(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'store');
}
