import { HeddleError } from '@heddle/core';
import { makeFolder } from '@heddle/store-embedded/make-folder';

/** Make a folder that a node works in, closed to other users, where it is missing. @throws config-invalid when it cannot be made. */
export function makeWorkingFolder(folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (cause) {
    throw new HeddleError('config-invalid', `the working folder cannot be made: ${(cause as Error).message}`, {
      cause,
      next: ['say --directory with another place'],
    });
  }
}
