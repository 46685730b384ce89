import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Make a store folder that is removed after the test. */
export function temporaryFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'heddle-store-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'store');
}
