import { HeddleError, withoutPassword } from '@heddle/core';
import type { FetchedFile, PackageSource, Packages, Tool } from '@heddle/heat';
import type { Command } from 'commander';

/** The flags that say where machines get the tools that they lack; each may be repeated. */
export interface PackageFlags {
  readonly node?: readonly PackageSource[];
  readonly chef?: readonly PackageSource[];
  readonly ansible?: readonly PackageSource[];
}

/** Add those flags. */
export function addPackageOptions(command: Command): Command {
  return command
    .option(
      '--node <[machine=]url#sha256>',
      'template: an archive of Node.js for machines that lack it, for one kind of machine (uname -m) or any',
      collected(nodeSource),
    )
    .option(
      '--chef <source>',
      'template: where machines get Chef: apt:NAME, dnf:NAME, gem:NAME@VERSION, URL#SHA256',
      collected(toolSource),
    )
    .option('--ansible <source>', 'template: the same for Ansible', collected(toolSource));
}

/** Give the sources of the flags by tool. @throws usage when one would put a password into the template. */
export function packagesOf(flags: PackageFlags): Packages {
  const tools: readonly Tool[] = ['node', 'chef', 'ansible'];
  const packages = tools.flatMap((tool) => {
    const sources = flags[tool];
    for (const source of sources ?? []) refusePassword(tool, source);
    return sources === undefined ? [] : [[tool, sources] as const];
  });
  return Object.fromEntries(packages);
}

function refusePassword(tool: Tool, source: PackageSource): void {
  const url = source.kind === 'file' ? source.file.url : source.kind === 'gem' ? source.source : undefined;
  if (url === undefined || withoutPassword(url) === url) return;
  throw new HeddleError('usage', `the URL of --${tool} holds a password, which would stand in the template`, {
    next: ['compile it without the password, and give the parameter heddle_packages when the stack is created'],
  });
}

/** Read `URL#SHA256`; undefined when it is none. */
export function fetchedFile(text: string): FetchedFile | undefined {
  const [, url, sha256] = /^([a-z]+:\/\/\S+)#([0-9a-f]{64})$/i.exec(text) ?? [];
  return url === undefined || sha256 === undefined ? undefined : { url, sha256: sha256.toLowerCase() };
}

function nodeSource(text: string): PackageSource {
  const [, machine, rest] = /^([a-z0-9_]+)=(.*)$/.exec(text) ?? [undefined, undefined, text];
  const file = fetchedFile(rest ?? '');
  if (file === undefined) throw wrong(text, 'a [MACHINE=]URL#SHA256 with a digest of 64 hexadecimal digits');
  if (/\.(deb|rpm)([?#]|$)/.test(file.url)) throw wrong(text, 'an archive (.tar.gz, .tar.xz)');
  return { kind: 'file', file, ...(machine === undefined ? {} : { machine }) };
}

function toolSource(text: string): PackageSource {
  const [, kind, name] = /^(apt|dnf):([A-Za-z0-9][A-Za-z0-9.+:~=_-]*)$/.exec(text) ?? [];
  if (name !== undefined && (kind === 'apt' || kind === 'dnf')) return { kind, name };
  const gem = /^gem:([A-Za-z0-9][\w.-]*)(?:@(\d[\w.]*))?(?:\?source=(\S+))?$/.exec(text);
  if (gem?.[1] !== undefined) {
    const [, gemName, version, source] = gem;
    if (source !== undefined && !/^(https?|file):\/\/[^"\\]+$/.test(source))
      throw wrong(text, 'a gem with the URL of its source');
    return {
      kind: 'gem',
      name: gemName,
      ...(version === undefined ? {} : { version }),
      ...(source === undefined ? {} : { source }),
    };
  }
  const file = fetchedFile(text);
  if (file === undefined)
    throw wrong(text, 'apt:NAME, dnf:NAME, gem:NAME[@VERSION][?source=URL], or URL#SHA256 of a .deb, .rpm or .tar.gz');
  return { kind: 'file', file };
}

function wrong(text: string, what: string): HeddleError {
  return new HeddleError('usage', `"${text}" is not ${what}`, {
    next: [
      'sha256sum FILE prints the digest: --node https://example.org/node-v22-linux-x64.tar.xz#DIGEST --chef apt:chef',
    ],
  });
}

function collected<T>(read: (text: string) => T) {
  return (text: string, earlier: readonly T[] = []): readonly T[] => [...earlier, read(text)];
}
