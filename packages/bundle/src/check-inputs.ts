import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HeddleError } from '@heddle/core';

/** What a module says that looks for files beside itself. */
const besideItself = /\b(?:__dirname|__filename|import\.meta\.(?:url|dirname|filename))\b/;

/** Files that may say so: what they look for is not needed, or is found where the bundle lies. */
const known: readonly RegExp[] = [
  // A third party's packages may be installed beside the bundle.
  /\/agent\/src\/adapters\/import-package\.ts$/,
  // The bundle finds itself.
  /\/bundle\/src\/runtime\/unpacked\.ts$/,
  // Services that nobody serves.
  /\/@grpc\/grpc-js\/build\/src\/(?:channelz|orca)\.js$/,
  // The words of a message.
  /\/@colors\/colors\/lib\/colors\.js$/,
  // Read and replaced by inlineEtcdProto.
  /\/etcd3\/lib\/connection-pool\.js$/,
];

/**
 * Look whether a module that came into the bundle looks for files that will not be there.
 *
 * @param inputs  Paths as esbuild names them, from `root`.
 * @throws unexpected with the names: they would fail on a machine, not here.
 */
export function checkInputs(inputs: readonly string[], root: string): void {
  const found = inputs
    .map((input) => resolve(root, input))
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && !known.some((pattern) => pattern.test(path)))
    .filter((path) => besideItself.test(withoutComments(readFileSync(path, 'utf8'))));
  if (found.length === 0) return;
  throw new HeddleError('unexpected', 'modules of the bundle look for files beside themselves', {
    notes: found,
    next: ['move what names files into assets.ts of its package, and replace that in packages/bundle'],
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
