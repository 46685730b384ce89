import { readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { HeddleError, nameProblem, parseDuration, withoutPassword } from '@heddle/core';
import type { CompileTemplateOptions, FetchedFile, ReadFile, SignalTransport } from '@heddle/heat';
import { type Command, Option } from 'commander';
import { addPackageOptions, fetchedFile, type PackageFlags, packagesOf } from './package-options.ts';
import { signalTransportOption } from './signal-transport-option.ts';
import { displayName } from './template-file.ts';

/** The flags of commands that take a template. */
export interface TemplateFlags extends PackageFlags {
  readonly deployment?: string;
  readonly store?: string;
  readonly bundle?: FetchedFile;
  readonly content?: FetchedFile;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Milliseconds. */
  readonly patience?: number;
  readonly rolesKey?: string;
  readonly components?: boolean;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly signalTransport?: SignalTransport;
  /** Milliseconds. */
  readonly deadline?: number;
  readonly prefer?: 'static' | 'runtime';
  /** Nothing comes of it but a look: `--parameter` takes every parameter. @default false */
  readonly isPreview?: boolean;
}

/** Add the flags that only a template takes. */
export function addTemplateOptions(command: Command): Command {
  return addPackageOptions(command)
    .option('--deployment <name>', "template: the deployment's name; default: the folder's")
    .option('--store <url>', 'template: default of the parameter heddle_store')
    .option('--bundle <url#sha256>', 'template: where machines fetch Heddle, and its digest', fetchedFileOption)
    .option('--content <url#sha256>', 'template: the same for cookbooks and playbooks (.tar.gz)', fetchedFileOption)
    .option(
      '--timeout <duration>',
      'template: how long Heat waits for a node, default 1h or its deadlines',
      timeoutOption,
    )
    .addOption(preferOption())
    .addOption(parameterOption())
    .option(
      '--patience <duration>',
      'template: how long a machine waits for a store that does not answer, default 5m',
      patienceOption,
    )
    .option(
      '--signal-transport <name>',
      'template: how machines tell Heat how they ended; default: TOKEN_SIGNAL',
      signalTransportOption,
    )
    .option('--roles-key <name>', 'template: the key of the metadata that holds roles; default: roles')
    .addOption(componentsOption());
}

/** `--prefer`, for the commands that read a template. */
export function preferOption(): Option {
  return new Option(
    '--prefer <when>',
    'template: runtime has machines publish addresses and names that Heat could give, so that they boot side by side; default: static',
  ).choices(['static', 'runtime']);
}

/** `--components`, for the same. */
export function componentsOption(): Option {
  return new Option(
    '--components',
    'template: make roles of software deployments of the groups script, ansible and chef; default: they stay what they are',
  );
}

/** `--parameter`, for the same. */
export function parameterOption(): Option {
  return new Option(
    '--parameter <name=value>',
    'template: value of a parameter that gives the count of a group with roles',
  ).argParser(parameterValue);
}

/** `--parameter`, for the commands that only look at what a template comes to. */
export function previewParameterOption(): Option {
  return new Option(
    '--parameter <name=value>',
    'template: value of a parameter, for counts of groups and conditions; default: its default',
  ).argParser(parameterValue);
}

/**
 * Give the options of the compiler for a template file.
 *
 * @param output  Where the standard template will be written; undefined: nowhere, or to standard output.
 * @throws usage for flags that do not fit.
 */
export function compileOptions(path: string, flags: TemplateFlags, output?: string): CompileTemplateOptions {
  const {
    components,
    store,
    bundle,
    content,
    rolesKey,
    parameter,
    signalTransport,
    timeout,
    patience,
    deadline,
    prefer,
  } = flags;
  if (store !== undefined && withoutPassword(store) !== store) {
    throw new HeddleError('usage', 'the store URL holds a password, which would stand in the template', {
      next: ['leave --store out, and give the parameter heddle_store when the stack is created'],
    });
  }
  for (const [flag, file] of Object.entries({ bundle, content })) {
    if (file === undefined || withoutPassword(file.url) === file.url) continue;
    throw new HeddleError('usage', `the URL of --${flag} holds a password, which would stand in the template`, {
      next: [
        `give the parameter heddle_${flag}_url when the stack is created; --${flag} takes a URL without the password`,
        'if it holds none: write an "@" in its path or query as %40',
      ],
    });
  }
  return {
    file: displayName(path),
    deployment: deploymentName(path, flags.deployment),
    ...(store === undefined ? {} : { store }),
    ...(bundle === undefined ? {} : { bundle }),
    ...(content === undefined ? {} : { content }),
    ...(rolesKey === undefined ? {} : { rolesKey }),
    ...(components === undefined ? {} : { components }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(parameter === undefined ? {} : { parameters: parameter }),
    ...(flags.isPreview === undefined ? {} : { isPreview: flags.isPreview }),
    packages: packagesOf(flags),
    ...(patience === undefined ? {} : { patienceS: Math.ceil(patience / 1000) }),
    ...(signalTransport === undefined ? {} : { signalTransport }),
    ...(timeout === undefined ? {} : { timeoutS: Math.ceil(timeout / 1000) }),
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    readFile: nestedReader(dirname(resolve(path))),
    ...(output === undefined ? {} : { relocate: relocation(dirname(resolve(path)), dirname(resolve(output))) }),
  };
}

/** Heat's client looks for files from the folder of the template that it is given. */
function relocation(from: string, to: string): (file: string) => string {
  return (file) => (from === to ? file : relative(to, resolve(from, file)));
}

/** Reads the templates that a template is made of. @throws config-invalid when one is there and cannot be read. */
function nestedReader(folder: string): ReadFile {
  return (path) => {
    try {
      return readFileSync(resolve(folder, path), 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new HeddleError('config-invalid', `${displayName(resolve(folder, path))}: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
}

/** The flag, else the folder of `template.yaml`, else the file's own name. */
function deploymentName(path: string, flag: string | undefined): string {
  const file = resolve(path);
  const own = basename(file).replace(/\.[^.]*$/, '');
  const name = flag ?? repaired(own === 'template' ? basename(dirname(file)) : own);
  const problem = nameProblem('deployment', name);
  if (problem === undefined) return name;
  throw new HeddleError('usage', problem, { next: ['name the deployment: --deployment NAME'] });
}

function repaired(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
}

function fetchedFileOption(text: string): FetchedFile {
  const file = fetchedFile(text);
  if (file !== undefined) return file;
  throw new HeddleError('usage', `"${text}" is no URL#SHA256 with a digest of 64 hexadecimal digits`, {
    next: ['sha256sum FILE prints the digest: --bundle https://example.org/heddle.mjs#DIGEST'],
  });
}

function parameterValue(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined) return { ...before, [name]: value };
  throw new HeddleError('usage', `"${text}" is not NAME=VALUE`, { next: ['heddle compile --parameter clients=3'] });
}

function timeoutOption(text: string): number {
  const ms = parseDuration(text);
  if (ms >= 1000 && ms <= 43_200_000) return ms;
  throw new HeddleError('usage', `--timeout ${text}: Heat waits from 1s to 12h`);
}

function patienceOption(text: string): number {
  const ms = parseDuration(text);
  if (ms >= 1000 && ms <= 43_200_000) return ms;
  throw new HeddleError('usage', `--patience ${text}: a machine waits from 1s to 12h`);
}
