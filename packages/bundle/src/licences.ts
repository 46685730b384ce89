import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';

/** What the licences of the packages inside ask for. */
export interface Licences {
  /** A line for each package: name, version, licence, whose it is. */
  readonly lines: readonly string[];
  /** Every text once, each below the packages that have it. */
  readonly texts: string;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly text: string;
}

/** A line that says whose something is, and no sentence about such lines. */
const whose = /^\W*(copyright (?:\(c\) |©|[A-Z0-9]).*)$/i;

/**
 * Read the licences of the packages that these modules belong to.
 *
 * @param inputs  Paths as esbuild names them, from `root`.
 * @param further  Texts of what is no package, by what it is.
 * @throws unexpected when a package has no licence: nobody may hand it on.
 */
export function collectLicences(
  inputs: readonly string[],
  root: string,
  further: Readonly<Record<string, string>>,
): Licences {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  const packages = [...folders].map((folder) => readPackage(resolve(root, folder)));
  const labels = new Map<string, string[]>();
  for (const [label, text] of Object.entries(further)) labels.set(text.trim(), [label]);
  const lines = new Set<string>();
  for (const { name, version, license, text } of packages.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const owners = text.split('\n').flatMap((line) => whose.exec(line.trim())?.[1] ?? []);
    lines.add([`${name} ${version}`, license ?? 'see its text', ...owners].join(', '));
    labels.set(text.trim(), [...(labels.get(text.trim()) ?? []), `${name} ${version}`]);
  }
  const rule = '-'.repeat(80);
  const texts = [...labels].map(([text, users]) => `${[...new Set(users)].join(', ')}\n${rule}\n${text}\n`);
  return { lines: [...lines], texts: texts.join(`\n${rule}\n`) };
}

function readPackage(folder: string): Package {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:[-.]|$)/i.test(entry));
  if (file === undefined) {
    throw new HeddleError('unexpected', `${name} ${version} comes into the bundle, and has no licence text`);
  }
  return {
    name,
    version,
    ...(license === undefined ? {} : { license }),
    text: readFileSync(join(folder, file), 'utf8'),
  };
}
