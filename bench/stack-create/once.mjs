// Creates one stack: once.mjs FOLDER BUNDLE SETTINGS, these as JSON: `way`, `servers`, `work`, `buildMs`. Writes FOLDER/outcome.json.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { linkPrograms, startZookeeper } from '@heddle/testkit';
import { createCloud, runChain } from '@heddle/testkit/heat';
import { checkout, chefProgram, heddleProgram } from '../lib/programs.mjs';
import { enrichedTemplate, serialTemplate } from './templates.mjs';
import { written } from './ways.mjs';

const [folder, bundle, text] = process.argv.slice(2);
const settings = JSON.parse(text);
const { way, servers, buildMs } = settings;
/** What every machine gets; the template with roles is compiled beside it. */
const site = join(folder, 'site');
const stackName = 'tiers';

/** What happened to which server, in order, and when, in ms from the moment when Heat begins. */
const events = [];
let readyMs = 0;

function onEvent(event) {
  if (event.kind === 'ready') readyMs = performance.now();
  const note = (what, server) => events.push({ what, server, ms: performance.now() - readyMs });
  if (event.kind === 'server') note('asked for', event.server);
  if (event.kind === 'signal') note('signalled', event.details.id);
}

const cloudOptions = {
  servers,
  binds: [`${checkout}.tools`, dirname(process.execPath)],
  prepare: (machine) => linkPrograms(machine, { node: process.execPath, 'chef-solo': chefProgram('chef-solo') }),
  ...(buildMs > 0 && { build: () => delay(buildMs) }),
  onEvent,
};

async function withHeddle(words) {
  const zookeeper = await startZookeeper();
  try {
    const template = join(site, 'template.json');
    await writeFile(template, enrichedTemplate(settings));
    const chain = await runChain({
      ...cloudOptions,
      directory: join(folder, 'chain'),
      heddle: heddleProgram,
      template,
      deployment: stackName,
      content: site,
      bundle,
      store: `${zookeeper.url}/heddle`,
      flags: words,
    });
    return await outcomeOf(chain);
  } finally {
    await zookeeper.close();
  }
}

async function withoutHeddle() {
  const content = join(folder, 'content.tar.gz');
  execFileSync('tar', ['--create', '--gzip', '--file', content, '--directory', site, '.']);
  const cloud = await createCloud({ ...cloudOptions, directory: join(folder, 'machines') });
  let result;
  try {
    const template = serialTemplate({ ...settings, contentUrl: cloud.offer('content.tar.gz', content) });
    result = await cloud.create({ stackName, template });
  } catch (error) {
    await cloud.close();
    throw error;
  }
  return outcomeOf({ cloud, result });
}

/** Ends the cloud. */
async function outcomeOf({ cloud, result }) {
  const totalMs = performance.now() - readyMs;
  try {
    if (result.state !== 'CREATE_COMPLETE') throw new Error(`${way}: ${result.state}: ${result.reason}`);
    const files = {};
    for (const server of servers) {
      const { rootDirectory } = cloud.machines.get(server);
      for (const path of written) files[`${server}:/${path}`] = await readFile(join(rootDirectory, path), 'utf8');
    }
    const addresses = Object.fromEntries(servers.map((server) => [server, cloud.machines.get(server).address]));
    return { totalMs, events, addresses, files };
  } finally {
    await cloud.close();
  }
}

const creations = {
  static: () => withHeddle([]),
  runtime: () => withHeddle(['--prefer', 'runtime']),
  serial: withoutHeddle,
};

// The machines' trees lie over that of this computer.
if (existsSync('/srv/tier')) throw new Error('this computer has /srv/tier itself, which the machines are to write');
await cp(fileURLToPath(new URL('site', import.meta.url)), site, { recursive: true });
await writeFile(join(folder, 'outcome.json'), JSON.stringify(await creations[way]()));
