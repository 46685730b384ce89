import { requireCapabilities, type StoreCapabilities } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { planOf } from './fixture.ts';

const full: StoreCapabilities = {
  distributed: true,
  linearizable: true,
  durable: true,
  acl: true,
  tls: true,
  maxValueBytes: 1_048_576,
  maxBatch: 128,
};
const secret = planOf({
  db: { roles: [{ name: 'mysql', outputs: { password: { path: 'password', sensitive: true } } }] },
});
const open = planOf({ db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] } });

describe('a store that other machines reach', () => {
  it('takes sensitive outputs only with access control and TLS, and the refusal names the place', () => {
    expect(() => requireCapabilities(secret, { ...full, acl: false, tls: false })).toThrow(
      /^heddle\.yaml:1: the output password is sensitive, and this store, which other machines can reach, has no access control and TLS$/,
    );
    expect(() => requireCapabilities(secret, { ...full, tls: false })).toThrow(/has no TLS$/);
    expect(() => requireCapabilities(secret, full)).not.toThrow();
  });

  it('needs no TLS where nothing crosses a network, and access control all the same', () => {
    const loopback = { ...full, tls: false, loopback: true };
    expect(() => requireCapabilities(secret, loopback)).not.toThrow();
    expect(() => requireCapabilities(secret, { ...loopback, acl: false })).toThrow(
      /this store, which other users of this machine can reach, has no access control$/,
    );
  });

  it('takes other outputs without', () => {
    expect(() => requireCapabilities(open, { ...full, acl: false, tls: false })).not.toThrow();
  });
});

describe('a store of one machine', () => {
  it('takes sensitive outputs', () => {
    expect(() => requireCapabilities(secret, { ...full, distributed: false, acl: false, tls: false })).not.toThrow();
  });
});

describe('a store that cannot check guards with a write', () => {
  it('is refused', () => {
    expect(() => requireCapabilities(open, { ...full, maxBatch: 2 })).toThrow(
      /checks 2 entries in one step, Heddle needs 4/,
    );
  });
});
