import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError, type Json } from '@heddle/core';
import { execa } from 'execa';
import { type Cloud, type CloudOptions, createCloud } from './cloud.ts';
import type { StackResult } from './types.ts';

export interface ChainOptions
  extends Pick<CloudOptions, 'servers' | 'binds' | 'subnet' | 'systemd' | 'prepare' | 'build' | 'onEvent'> {
  /** Folder for the machines and for what is made on the way; made if absent. */
  readonly directory: string;
  /** The heddle command of the person who deploys. */
  readonly heddle: string;
  /** Path of the enriched template. */
  readonly template: string;
  readonly deployment: string;
  /** Folder that every machine gets as its content: cookbooks, solo.rb. */
  readonly content: string;
  /** The one file for the machines. */
  readonly bundle: string;
  /** URL of a store as this host reaches it; the machines get one that leads there through a door. */
  readonly store: string;
  /** Further words for `heddle compile`. @default none */
  readonly flags?: readonly string[];
  /** Offers further files to the machines, and gives the words for `heddle compile` that name them. @default none */
  readonly offers?: (cloud: Cloud) => Promise<readonly string[]>;
  /** Who seeds; every machine then gets a user of its own. @default the store asks nobody who he is */
  readonly storeUser?: { readonly user: string; readonly password: string };
  /** PEM file of whom an encrypted connection to the store trusts. @default none */
  readonly storeAuthorities?: string;
  /** Values of the template's parameters, besides those that `heddle seed` names. @default none */
  readonly parameters?: (cloud: Cloud) => Readonly<Record<string, Json>>;
  /** Told of each step before it begins. */
  readonly onStep?: (step: ChainStep) => void;
}

export type ChainStep = 'machines' | 'compile' | 'seed' | 'stack';

export interface Chain {
  readonly cloud: Cloud;
  readonly result: StackResult;
  /** The template that Heat got. */
  readonly compiled: string;
  readonly epoch: string;
}

/**
 * Take an enriched template the whole way: compile it, seed its plan, and let Heat create the stack on machines of the test kit.
 *
 * The caller closes `cloud`; when this throws it is closed already.
 * @throws HeddleError `unexpected` with the output of a heddle command that failed; whatever `createCloud` and `create` throw.
 */
export async function runChain(options: ChainOptions): Promise<Chain> {
  const { directory, heddle, template, deployment, onStep = () => undefined, parameters = () => ({}) } = options;
  const { servers, binds, subnet, systemd, prepare, build, onEvent } = options;
  mkdirSync(directory, { recursive: true });
  onStep('machines');
  const cloud = await createCloud({
    directory: join(directory, 'machines'),
    servers,
    ...(binds && { binds }),
    ...(subnet && { subnet }),
    ...(systemd && { systemd }),
    ...(prepare && { prepare }),
    ...(build && { build }),
    ...(onEvent && { onEvent }),
  });
  try {
    const content = join(directory, 'content.tar.gz');
    await execa('tar', ['--create', '--gzip', '--file', content, '--directory', options.content, '.']);
    const store = await storeOfMachines(options.store, cloud);
    const files = { template: join(directory, 'template.json'), plan: join(directory, 'plan.json') };

    onStep('compile');
    const flags = ['--deployment', deployment, '--store', store, ...(options.flags ?? [])];
    const bundle = `${cloud.offer('heddle.mjs', options.bundle)}#${sha256(options.bundle)}`;
    flags.push('--bundle', bundle, '--content', `${cloud.offer('content.tar.gz', content)}#${sha256(content)}`);
    flags.push(...((await options.offers?.(cloud)) ?? []));
    await run(heddle, ['compile', template, '-o', files.template, '--plan', files.plan, ...flags]);

    onStep('seed');
    const seeding = ['seed', files.plan, '--store', options.store, '-o', 'json'];
    const seeded = JSON.parse(await run(heddle, seeding, environmentOf(options))) as Seeded;

    onStep('stack');
    const compiled = readFileSync(files.template, 'utf8');
    const result = await cloud.create({
      stackName: deployment,
      template: compiled,
      parameters: { ...stackParameters(seeded), heddle_store: store, ...parameters(cloud) },
    });
    return { cloud, result, compiled, epoch: seeded.epoch };
  } catch (thrown) {
    await cloud.close();
    throw thrown;
  }
}

/** Open a door to the store; credentials and the path of its URL stay. */
async function storeOfMachines(url: string, cloud: Cloud): Promise<string> {
  const { protocol, hostname, port, pathname, username, password } = new URL(url);
  const address = await cloud.forward(Number(port), { host: hostname, port: Number(port) });
  const credentials = username === '' ? '' : `${username}:${password}@`;
  return `${protocol}//${credentials}${address}${pathname}`;
}

/** What `heddle seed -o json` prints. */
interface Seeded {
  readonly epoch: string;
  /** The file of what is secret of the parameters. */
  readonly environment?: string;
}

/** The parameters that the person who deploys would hand to Heat. */
function stackParameters({ epoch, environment }: Seeded): Readonly<Record<string, Json>> {
  if (environment === undefined) return { heddle_epoch: epoch };
  return (JSON.parse(readFileSync(environment, 'utf8')) as { parameters: Record<string, Json> }).parameters;
}

function environmentOf({ storeUser, storeAuthorities }: ChainOptions): NodeJS.ProcessEnv {
  return {
    ...(storeUser && { HEDDLE_STORE_USER: storeUser.user, HEDDLE_STORE_PASSWORD: storeUser.password }),
    ...(storeAuthorities !== undefined && { HEDDLE_STORE_CA_FILE: storeAuthorities }),
  };
}

async function run(program: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await execa(program, words, {
    reject: false,
    env: { NO_COLOR: '1', ...environment },
  });
  if (exitCode === 0) return stdout;
  throw new HeddleError('unexpected', `heddle ${words[0]} ended with ${exitCode}`, { notes: stderr.split('\n') });
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
