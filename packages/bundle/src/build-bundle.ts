import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HeddleError } from '@heddle/core';
import { type BuildFailure, type BuildResult, build } from 'esbuild';
import { checkInputs } from './check-inputs.ts';
import { findLayout, type Layout } from './layout.ts';
import { type EmbeddedFolder, embedFiles } from './plugins/embed-files.ts';
import { englishOnly } from './plugins/english-only.ts';
import { inlineEtcdProto } from './plugins/etcd-proto.ts';
import { leaveOut } from './plugins/leave-out.ts';
import { replaceModules } from './plugins/replace-modules.ts';

export interface BundleOptions {
  /** Where to write it; its folder is made. */
  readonly outFile: string;
}

export interface BuiltBundle {
  /** Absolute. */
  readonly file: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly gzipBytes: number;
}

/**
 * Write the heddle command as one file, from the sources; the same sources give the same bytes, wherever they are.
 *
 * @throws unexpected when the sources cannot be bundled; config-invalid when the file cannot be written.
 */
export async function buildBundle({ outFile }: BundleOptions): Promise<BuiltBundle> {
  const layout = findLayout();
  const result = await runEsbuild(layout);
  checkInputs(
    Object.keys(result.metafile.inputs).filter((input) => !/^(embedded|left-out):/.test(input)),
    layout.root,
  );
  const [output] = result.outputFiles;
  if (output === undefined) throw new HeddleError('unexpected', 'esbuild wrote nothing');
  const { contents } = output;
  const file = resolve(outFile);
  await writeWhole(file, contents);
  return {
    file,
    sha256: createHash('sha256').update(contents).digest('hex'),
    sizeBytes: contents.byteLength,
    gzipBytes: gzipSync(contents, { level: 9 }).byteLength,
  };
}

/** CommonJS modules of dependencies ask for Node's own through this; esbuild leaves it to the file. */
const banner = `#!/usr/bin/env node
import{createRequire as heddleRequire}from"node:module";const require=heddleRequire(import.meta.url);`;

type Result = BuildResult<{ write: false; metafile: true }>;

async function runEsbuild(layout: Layout): Promise<Result> {
  try {
    return await build({
      absWorkingDir: layout.root,
      entryPoints: [join(layout.cli, 'src/main.ts')],
      outfile: join(layout.root, 'heddle.mjs'),
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      conditions: ['heddle-source'],
      // What a package does not hold when it is published must not count.
      tsconfigRaw: { compilerOptions: { target: 'ES2023', verbatimModuleSyntax: true, strict: true } },
      minify: true,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      banner: { js: banner },
      define: {
        HEDDLE_VERSION: JSON.stringify(readVersion(layout)),
        // Only modules that checkInputs knows still say these.
        __dirname: '"/no-folder-of-a-bundle"',
        __filename: '"/no-file-of-a-bundle"',
      },
      plugins: [
        replaceModules(
          new Map([
            [join(layout.cli, 'src/assets.ts'), join(layout.runtime, 'cli-assets.ts')],
            [join(layout.cli, 'src/version.ts'), join(layout.runtime, 'version.ts')],
            [join(layout.cli, 'src/graph/svg.ts'), join(layout.runtime, 'graph-svg.ts')],
            [join(layout.cli, 'src/sim/load-simulator.ts'), join(layout.runtime, 'load-simulator.ts')],
            [join(layout.chef, 'src/assets.ts'), join(layout.runtime, 'chef-assets.ts')],
            [join(layout.ansible, 'src/assets.ts'), join(layout.runtime, 'ansible-assets.ts')],
          ]),
        ),
        embedFiles(carriedFolders(layout)),
        inlineEtcdProto(),
        englishOnly(),
        leaveOut(),
      ],
    });
  } catch (cause) {
    const { errors = [] } = cause as Partial<BuildFailure>;
    throw new HeddleError('unexpected', `the sources cannot be bundled: ${(cause as Error).message.split('\n')[0]}`, {
      cause,
      notes: errors.map(({ text, location }) =>
        location === null ? text : `${location.file}:${location.line}: ${text}`,
      ),
    });
  }
}

/** What Ruby and Python read as files. */
function carriedFolders({ chef, ansible }: Layout): readonly EmbeddedFolder[] {
  return [
    ...['gem/lib', 'gem/libexec'].map((name) => ({ source: join(chef, name), target: `adapter-chef/${name}` })),
    { source: join(ansible, 'ansible_collections'), target: 'adapter-ansible/ansible_collections' },
  ];
}

function readVersion({ cli }: Layout): string {
  return (JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Write a file so that it is whole or not there. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(partial, contents, { mode: 0o755 });
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new HeddleError('config-invalid', `the bundle cannot be written: ${(cause as Error).message}`, { cause });
  }
}
