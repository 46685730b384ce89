import { brotliCompressSync, constants } from 'node:zlib';

/** What the program is told besides what every CommonJS module is: the URL of the file that it came from. */
export const urlName = 'heddleUrl';

/**
 * Write a program as a file that unpacks it in memory and runs it.
 *
 * Files are fetched as they are, and seldom by a server that compresses them; and gzip finds less in this text than Brotli does.
 *
 * @param program  A CommonJS module in ASCII that exports `run(words)`.
 * @returns The text of an ES module.
 */
export function pack(program: string): string {
  const bytes = Buffer.from(program, 'latin1');
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
  };
  return loader(brotliCompressSync(bytes, { params }).toString('base64'));
}

/** Modules that somebody else wrote are imported by the program as by any file: the default loader finds them. */
function loader(packed: string): string {
  return `#!/usr/bin/env node
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { compileFunction, constants } from "node:vm";
import { brotliDecompressSync } from "node:zlib";
const { url } = import.meta;
const program = brotliDecompressSync(Buffer.from("${packed}", "base64")).toString("latin1");
const module = { exports: {} };
compileFunction(program, ["require", "module", "exports", "${urlName}"], {
  filename: fileURLToPath(url),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
})(createRequire(url), module, module.exports, url);
await module.exports.run(process.argv.slice(2));
`;
}
