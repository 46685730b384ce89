import { hostname, userInfo } from 'node:os';

/** Who types a command, `root@ops`, for others to ask. */
export function who(): string {
  return `${userInfo().username}@${hostname()}`;
}
