import { readFile } from 'node:fs/promises';
import { HeddleError } from '@heddle/core';

/** Where cloud-init keeps what the cloud calls this machine. */
export const cloudInstanceFile = '/var/lib/cloud/data/instance-id';

/** Read what the cloud calls this machine. @throws config-invalid when no cloud-init has written it down. */
export async function readInstance(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw noInstance(path, (cause as Error).message, cause);
  }
  const instance = text.trim();
  if (instance === '') throw noInstance(path, 'it is empty');
  return instance;
}

function noInstance(path: string, why: string, cause?: unknown): HeddleError {
  const text = `which machine of its group this is cannot be told: ${path}: ${why}`;
  return new HeddleError('config-invalid', text, {
    cause,
    next: ['heddle boot --instance FILE  names a file with an id'],
  });
}
