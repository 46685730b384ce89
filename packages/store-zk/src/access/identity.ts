import { createHash, randomBytes, scryptSync } from 'node:crypto';
import type { StoreCredentials } from '@heddle/core';

/** Somebody to ZooKeeper's digest scheme. */
export interface Identity {
  /** Without a colon. */
  readonly user: string;
  readonly password: string;
}

/** What somebody may do with a znode: a digest id, and ZooKeeper's permission bits. */
export interface AclEntry {
  /** `USER:BASE64(SHA1(USER:PASSWORD))` */
  readonly id: string;
  readonly permissions: number;
}

/** ZooKeeper's permission bits. */
export const READ = 1;
export const WRITE = 2;
export const CREATE = 4;
export const DELETE = 8;
export const ALL = 31;

const PASSWORD_BYTES = 24;
const KEY_BYTES = 24;

/** The id of an identity in an access control list. */
export function digestId({ user, password }: Identity): string {
  return `${user}:${createHash('sha1').update(`${user}:${password}`).digest('base64')}`;
}

/** Make somebody up whom nobody can guess. */
export function newIdentity(user: string): Identity {
  return { user, password: randomBytes(PASSWORD_BYTES).toString('base64url') };
}

/**
 * Say as whom an administrator is named in the access control lists that nodes get to know.
 *
 * Their ids are SHA-1 digests without salt. That of the administrator's own password, which somebody has chosen, would let every node guess
 * at it a billion times a second, so another identity is derived from it, at scrypt's usual cost (N = 16384, r = 8, p = 1; RFC 7914).
 */
export function administratorOf({ user, password }: StoreCredentials): Identity {
  const key = scryptSync(password, `heddle administrator ${user}`, KEY_BYTES);
  return { user: `${user}.heddle`, password: key.toString('base64url') };
}
