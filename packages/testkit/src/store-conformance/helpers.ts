import assert from 'node:assert/strict';
import type { Entry, ErrorCode, Key, PutResult, Rev, Store, Watch } from '@heddle/core';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of an entry; undefined when there is none. */
export function textOf(entry: Entry | undefined): string | undefined {
  return entry && decoder.decode(entry.value);
}

/** Put a text that must be accepted; answers its revision. */
export async function create(store: Store, key: Key, text: string, liveness = false): Promise<Rev> {
  return accepted(await store.put(key, bytes(text), { expect: { absent: true }, liveness }));
}

/** Replace a text at a known revision; answers the new one. */
export async function replace(store: Store, key: Key, text: string, rev: Rev): Promise<Rev> {
  return accepted(await store.put(key, bytes(text), { expect: { rev } }));
}

/** The revision of an accepted write. */
export function accepted(result: PutResult): Rev {
  assert.equal(result.ok, true, 'the write should have been accepted');
  return result.ok ? result.rev : '';
}

/** Expect a rejection with one of these codes. */
export async function rejectsWith(codes: ErrorCode | readonly ErrorCode[], work: Promise<unknown>): Promise<void> {
  const allowed: readonly unknown[] = Array.isArray(codes) ? codes : [codes];
  const outcome = await work.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome)
    assert.fail(`expected ${allowed.join(' or ')}, got an answer: ${JSON.stringify(outcome.value)}`);
  const code = (outcome.error as { code?: unknown }).code;
  assert.ok(allowed.includes(code), `expected ${allowed.join(' or ')}, got ${String(code)}: ${String(outcome.error)}`);
}

/** What a watch has told so far. */
export interface Recorder {
  readonly watch: Watch;
  /** Every call in order, e.g. `state a/b=1`, `gone a/b`, `synced`, `status down`. */
  readonly calls: readonly string[];
  /** The entries as the handler knows them, key joined by "/" to text. */
  readonly view: ReadonlyMap<string, string>;
  /** Wait until it holds; fails with everything that was told when the patience is over. */
  until(what: string, holds: (recorder: Recorder) => boolean): Promise<void>;
}

/** Watch a prefix and write down what the handler is told. */
export function record(store: Store, prefix: Key, patienceMs: number): Recorder {
  const calls: string[] = [];
  const view = new Map<string, string>();
  const waiting = new Set<() => void>();
  const told = (call: string): void => {
    calls.push(call);
    for (const check of waiting) check();
  };
  const watch = store.watch(prefix, {
    state(entry) {
      view.set(entry.key.join('/'), decoder.decode(entry.value));
      told(`state ${entry.key.join('/')}=${decoder.decode(entry.value)}`);
    },
    gone(key) {
      view.delete(key.join('/'));
      told(`gone ${key.join('/')}`);
    },
    synced: () => told('synced'),
    status: (status) => told(`status ${status}`),
  });
  const recorder: Recorder = {
    watch,
    calls,
    view,
    until(what, holds) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (!holds(recorder)) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          const last = calls.slice(-20).join('; ');
          reject(new Error(`${what} was not told within ${patienceMs} ms; the last of ${calls.length} calls: ${last}`));
        }, patienceMs);
        waiting.add(check);
        check();
      });
    },
  };
  return recorder;
}

/** True once the first states have been told. */
export function isSynced(recorder: Recorder): boolean {
  return recorder.calls.includes('synced');
}

/** How often something was told. */
export function count(recorder: Recorder, call: string): number {
  return recorder.calls.filter((one) => one === call).length;
}
