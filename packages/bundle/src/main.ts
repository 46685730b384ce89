import { parseArgs } from 'node:util';
import { formatError, HeddleError, toHeddleError } from '@heddle/core';
import { buildBundle } from './build-bundle.ts';

const help = `Usage: bundle.mjs -o FILE

Write the heddle command as one file for machines that have Node.js and nothing else.
Prints its sha256 as sha256sum does; the same sources give the same bytes.

Example:
  node packages/bundle/bin/bundle.mjs -o heddle.mjs > heddle.mjs.sha256
`;

/** Run the command; gives the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    const { file, wantsHelp } = readWords(words);
    if (wantsHelp) {
      process.stdout.write(help);
      return 0;
    }
    const built = await buildBundle({ outFile: file });
    process.stdout.write(`${built.sha256}  ${built.file}\n`);
    process.stderr.write(`bundle: ${kilobytes(built.sizeBytes)} kB, ${kilobytes(built.gzipBytes)} kB gzipped\n`);
    return 0;
  } catch (thrown) {
    const error = toHeddleError(thrown);
    process.stderr.write(`bundle: ${formatError(error)}\n`);
    return error.exitCode;
  }
}

function readWords(words: readonly string[]): { file: string; wantsHelp: boolean } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { output: { type: 'string', short: 'o' }, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (values.output !== undefined || values.help) return { file: values.output ?? '', wantsHelp: values.help };
  } catch (cause) {
    throw new HeddleError('usage', (cause as Error).message, { cause, next: ['bundle.mjs --help'] });
  }
  throw new HeddleError('usage', 'nothing says where to write the bundle', { next: ['bundle.mjs -o heddle.mjs'] });
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
