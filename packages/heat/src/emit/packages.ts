import { toolOfRole } from '../components/config-adapter.ts';
import type { Role } from '../model/role.ts';
import type { FetchedFile } from './options.ts';

/** The tools that a machine may lack: Node.js for Heddle itself, the others by the names of the adapters that run them. */
export type Tool = 'node' | 'chef' | 'ansible';

/** Where a machine gets a tool from. */
export type PackageSource =
  /** A .deb, a .rpm, or an archive (.tar.gz, .tar.xz) of one folder with `bin` in it. `machine` as `uname -m` prints it; absent: any. */
  | { readonly kind: 'file'; readonly file: FetchedFile; readonly machine?: string }
  /** A package of the machine's own package sources. */
  | { readonly kind: 'apt' | 'dnf'; readonly name: string }
  /** A gem for the machine's Ruby, in the latest version that begins with `version`. `source`: the server; absent: the machine's own. */
  | { readonly kind: 'gem'; readonly name: string; readonly version?: string; readonly source?: string };

/** For each tool its sources, which are installed in their order on a machine that lacks the tool and needs it. */
export type Packages = Readonly<Partial<Record<Tool, readonly PackageSource[]>>>;

/** Write the text of `/etc/heddle/packages`: a source a line, as `boot.sh` reads it. Empty when there is none. */
export function packageLines(packages: Packages): string {
  const lines = Object.entries(packages).flatMap(([tool, sources]) =>
    sources.map((source) => [tool, ...words(source)].join(' ')),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function words(source: PackageSource): readonly string[] {
  switch (source.kind) {
    case 'file':
      return ['file', source.machine ?? 'any', source.file.url, source.file.sha256];
    case 'apt':
    case 'dnf':
      return [source.kind, source.name];
    case 'gem':
      return ['gem', source.name, source.version ?? '-', source.source ?? '-'];
  }
}

/** The tools, besides Node.js, that roles need. */
export function toolsOf(roles: readonly Role[]): readonly Tool[] {
  const used = roles.map(({ adapter, options }) => toolOfRole(adapter, options));
  return (['chef', 'ansible'] as const).filter((tool) => used.includes(tool));
}
