import { gzipSync } from 'node:zlib';
import type { Data, DataMap } from '../read/data.ts';
import {
  coordinatorScript,
  coordinatorUnit,
  passwordFile,
  runFile,
  runScript,
  seedCommands,
  unitFile,
} from './coordinator-script.ts';
import type { CoordinatorKind } from './kinds.ts';
import { prepareSeed } from './prepare-seed.ts';

/** How a coordinator gets the plan that it seeds. */
export type PlanSource =
  /** Inside the user data. */
  | { readonly kind: 'packed'; readonly text: string }
  /** Fetched; both are functions of Heat or text. */
  | { readonly kind: 'fetched'; readonly url: Data; readonly sha256: Data };

/** What a coordinator seeds, and what with. */
export interface SeedSource {
  readonly plan: PlanSource;
  readonly bundle: { readonly url: Data; readonly sha256: Data };
  /** Where it gets Node.js from when it has none, as `boot.sh` reads it. @default nowhere */
  readonly packages?: Data;
}

export interface CoordinatorParts {
  readonly kind: CoordinatorKind;
  /** The password of the user `heddle`. */
  readonly password: Data;
  /** What it seeds; absent: nothing. URL and digest of Heddle are functions of Heat or text. */
  readonly seed?: SeedSource;
  /** Files with which it tells Heat the end, `/etc/heddle/signal.sh` among them; absent: nobody is told. */
  readonly signalFiles?: readonly DataMap[];
}

/** Write what cloud-init does on the machine of a coordinator. */
export function coordinatorConfig({ kind, password, seed, signalFiles }: CoordinatorParts): DataMap {
  const isPlanFetched = seed?.plan.kind === 'fetched';
  const script = coordinatorScript(kind, {
    isTold: signalFiles !== undefined,
    ...(seed === undefined ? {} : { onReady: seedCommands(kind, prepareSeed(isPlanFetched)) }),
  });
  return {
    write_files: [
      file(passwordFile, '0600', joined([password, '\n'])),
      ...(seed === undefined ? [] : seedFiles(seed)),
      ...(signalFiles ?? []),
      file(runFile, '0755', runScript(kind)),
      file(unitFile, '0644', coordinatorUnit()),
      file('/etc/heddle/coordinator.sh', '0700', script),
    ],
    runcmd: [['sh', '/etc/heddle/coordinator.sh']],
  };
}

function seedFiles({ plan, bundle, packages }: SeedSource): readonly DataMap[] {
  const lines = ({ url, sha256 }: { readonly url: Data; readonly sha256: Data }) => joined([url, '\n', sha256, '\n']);
  return [
    file('/etc/heddle/bundle', '0600', lines(bundle)),
    ...(packages === undefined ? [] : [file('/etc/heddle/packages', '0600', packages)]),
    plan.kind === 'fetched'
      ? file('/etc/heddle/plan', '0600', lines(plan))
      : { ...file('/etc/heddle/plan.json', '0600', packed(plan.text)), encoding: 'gz+b64' },
  ];
}

/** Pack a text as cloud-init unpacks it with the encoding `gz+b64`. */
export function packed(text: string): string {
  return gzipSync(text, { level: 9 }).toString('base64');
}

function file(path: string, permissions: string, content: Data): DataMap {
  return { path, permissions, content };
}

function joined(parts: readonly Data[]): Data {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : { list_join: ['', parts] };
}
