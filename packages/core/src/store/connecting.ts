import { HeddleError } from '../errors/heddle-error.ts';
import type { OpenStoreOptions } from './store.ts';

const dayMs = 86_400_000;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;

/** What `open` got, with its defaults. */
export interface ConnectionSettings {
  readonly sessionTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Check the times that `open` got, and fill in the defaults.
 *
 * @throws config-invalid for a time that is not a whole number of milliseconds from 1 to a day.
 */
export function connectionSettings(options: OpenStoreOptions): ConnectionSettings {
  return {
    sessionTimeoutMs: milliseconds('sessionTimeoutMs', options.sessionTimeoutMs),
    connectTimeoutMs: milliseconds('connectTimeoutMs', options.connectTimeoutMs),
    signal: options.signal,
  };
}

/** True when the way to a host does not leave this machine; an IPv6 address with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  return loopback.test(host);
}

/** The error of everything that is asked of a closed connection, or still waits when it is closed. */
export function storeClosedError(): HeddleError {
  return new HeddleError('closed', 'the store connection is closed');
}

function milliseconds(name: 'sessionTimeoutMs' | 'connectTimeoutMs', value = 10_000): number {
  if (Number.isInteger(value) && value > 0 && value <= dayMs) return value;
  throw new HeddleError(
    'config-invalid',
    `${name} of a store is ${value}; it has to be a whole number of milliseconds from 1 to ${dayMs}`,
  );
}
