import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HeddleError } from '@heddle/core';
import { makeFolder } from '@heddle/store-embedded/make-folder';
import { type BuildFailure, type BuildResult, build } from 'esbuild';
import { checkInputs } from './check-inputs.ts';
import { findLayout, type Layout } from './layout.ts';
import { collectLicences } from './licences.ts';
import { pack, urlName } from './pack.ts';
import { type EmbeddedFolder, embedFiles } from './plugins/embed-files.ts';
import { englishOnly } from './plugins/english-only.ts';
import { insteadOf } from './plugins/instead-of.ts';
import { leanEtcd } from './plugins/lean-etcd.ts';
import { leanTerminal } from './plugins/lean-terminal.ts';
import { leanYaml } from './plugins/lean-yaml.ts';
import { leanZod } from './plugins/lean-zod.ts';
import { leanZookeeper } from './plugins/lean-zookeeper.ts';
import { replaceModules } from './plugins/replace-modules.ts';
import { untracedGrpc } from './plugins/untraced-grpc.ts';

export interface BundleOptions {
  /** Where to write it; its folder is made. */
  readonly outFile: string;
}

export interface BuiltBundle {
  /** Absolute. */
  readonly file: string;
  /** The file with the licence texts of what is inside, absolute. Whoever hands the bundle on hands it on, too. */
  readonly licencesFile: string;
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
  const inputs = Object.keys(result.metafile.inputs).filter((input) => !generated.test(input));
  checkInputs(inputs, layout.root);
  const [output] = result.outputFiles;
  if (output === undefined) throw new HeddleError('unexpected', 'esbuild wrote nothing');
  const licences = collectLicences(usedInputs(result), layout.root, ownLicences(layout));
  const contents = Buffer.from(pack(output.text) + noticeOf(licences.lines));
  const file = resolve(outFile);
  const licencesFile = `${file}.licences.txt`;
  await writeWhole(licencesFile, Buffer.from(licences.texts), 0o644);
  await writeWhole(file, contents, 0o755);
  return {
    file,
    licencesFile,
    sha256: createHash('sha256').update(contents).digest('hex'),
    sizeBytes: contents.byteLength,
    gzipBytes: gzipSync(contents, { level: 9 }).byteLength,
  };
}

/** Names of texts that a plugin of ours gives. */
const generated = /^(?:embedded|lean-\d+):/;

/** The modules of which something is in the file. */
function usedInputs({ metafile }: Result): readonly string[] {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return used.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => input.replace(generated, ''));
}

/** The collection runs inside Ansible, so it is under Ansible's licence. */
function ownLicences({ ansible }: Layout): Readonly<Record<string, string>> {
  const file = join(ansible, 'ansible_collections/heddle/heddle/COPYING');
  return { 'the Ansible collection heddle.heddle': readFileSync(file, 'utf8') };
}

/** A comment at the end of the file. */
function noticeOf(lines: readonly string[]): string {
  return `/*! Inside, each under its own licence, whose text is in the file of licences that comes with this one:
${lines.join('\n').replaceAll('*/', '* /')}
*/
`;
}

type Result = BuildResult<{ write: false; metafile: true }>;

async function runEsbuild(layout: Layout): Promise<Result> {
  try {
    return await build({
      absWorkingDir: layout.root,
      entryPoints: [join(layout.runtime, 'main.ts')],
      outfile: join(layout.root, 'heddle.cjs'),
      write: false,
      metafile: true,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      conditions: ['heddle-source'],
      // What a package does not hold when it is published must not count.
      tsconfigRaw: { compilerOptions: { target: 'ES2023', verbatimModuleSyntax: true, strict: true } },
      minify: true,
      charset: 'ascii',
      legalComments: 'none',
      logLevel: 'silent',
      define: {
        HEDDLE_VERSION: JSON.stringify(readVersion(layout)),
        // Only modules that checkInputs knows still say these.
        __dirname: '"/no-folder-of-a-bundle"',
        __filename: '"/no-file-of-a-bundle"',
        'import.meta.url': urlName,
      },
      plugins: [
        replaceModules(
          new Map([
            [join(layout.cli, 'src/assets.ts'), join(layout.runtime, 'cli-assets.ts')],
            [join(layout.cli, 'src/version.ts'), join(layout.runtime, 'version.ts')],
            [join(layout.cli, 'src/command-table.ts'), join(layout.cli, 'src/machine-command-table.ts')],
            [join(layout.chef, 'src/assets.ts'), join(layout.runtime, 'chef-assets.ts')],
            [join(layout.ansible, 'src/assets.ts'), join(layout.runtime, 'ansible-assets.ts')],
          ]),
        ),
        embedFiles(carriedFolders(layout)),
        insteadOf('lean', [
          ...leanEtcd,
          ...leanZookeeper,
          ...leanZod,
          ...leanTerminal(layout.runtime),
          leanYaml(layout.cli),
        ]),
        englishOnly(),
        untracedGrpc(),
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
    {
      source: join(ansible, 'ansible_collections'),
      target: 'adapter-ansible/ansible_collections',
      without: ['tests', 'README.md', 'COPYING'],
    },
  ];
}

function readVersion({ cli }: Layout): string {
  return (JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Write a file so that it is whole or not there. */
async function writeWhole(file: string, contents: Uint8Array, mode: number): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    makeFolder(dirname(file));
    await writeFile(partial, contents, { mode });
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new HeddleError('config-invalid', `the bundle cannot be written: ${(cause as Error).message}`, { cause });
  }
}
