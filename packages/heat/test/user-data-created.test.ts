import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HeatEngine, startHeat } from '../../testkit/src/heat/index.ts';
import { compiled, role, server, template } from './support/compile.ts';

/** A part of a MIME archive as cloud-init reads it. */
interface Part {
  readonly type: string;
  readonly name: string | null;
  readonly text: string;
}

/** Take MIME archives apart with Python's own reader, which cloud-init uses, too. */
async function partsOf(archives: readonly string[]): Promise<readonly (readonly Part[])[]> {
  const program = `
import email, json, sys
print(json.dumps([
    [{"type": part.get_content_type(), "name": part.get_filename(), "text": part.get_payload(decode=True).decode()}
     for part in email.message_from_string(text).walk() if not part.is_multipart()]
    for text in json.load(sys.stdin)]))`;
  const { stdout } = await execa('/usr/bin/python3', ['-c', program], { input: JSON.stringify(archives) });
  return JSON.parse(stdout) as readonly (readonly Part[])[];
}

/** What cloud-init makes of user data: one configuration, and scripts, which it runs in the order of their names. */
interface Understood {
  readonly config: { readonly runcmd?: unknown; readonly write_files: readonly { readonly path: string }[] };
  readonly scripts: readonly string[];
}

/** Let cloud-init's own modules read user data. */
async function understand(userData: string): Promise<Understood> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-cloud-init-'));
  const program = `
import json, sys
from cloudinit import handlers, helpers, safeyaml, user_data, util
from cloudinit.handlers.cloud_config import CloudConfigPartHandler
paths = helpers.Paths({"cloud_dir": sys.argv[1], "run_dir": sys.argv[1]})
paths.get_ipath = lambda name: sys.argv[1] + "/" + name
handler = CloudConfigPartHandler(paths)
handler.handle_part(None, handlers.CONTENT_START, None, None, None, None)
scripts = []
for part in user_data.UserDataProcessor(paths).process(sys.stdin.read().encode()).walk():
    kind, name = part.get_content_type(), part.get_filename()
    text = util.fully_decoded_payload(part)
    if kind == "text/cloud-config":
        handler.handle_part(None, kind, name, text, None, dict(part.items()))
    elif kind == "text/x-shellscript":
        scripts.append(name)
handler.handle_part(None, handlers.CONTENT_END, None, None, None, None)
config = safeyaml.load(open(sys.argv[1] + "/cloud_config").read())
print(json.dumps({"config": config, "scripts": sorted([*scripts, *(["runcmd"] if "runcmd" in config else [])])}))`;
  try {
    const { stdout } = await execa('/usr/bin/python3', ['-c', program, folder], { input: userData });
    return JSON.parse(stdout) as Understood;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const roles = `[${role('m')}]`;

/** Servers by the form of their own user data. */
const servers = {
  script: server(roles, ', user_data: "#!/bin/sh\\necho é\\nexit 3\\n"'),
  config: server(roles, ', user_data_format: RAW, user_data: { get_resource: cloud }'),
  archive: server(roles, ', user_data_format: RAW, user_data: { get_resource: mime }'),
  software: server(roles, ', user_data_format: SOFTWARE_CONFIG, user_data: { get_resource: soft }'),
  alone: server(roles, ', user_data_format: SOFTWARE_CONFIG'),
};

type Name = keyof typeof servers;

const engines: HeatEngine[] = [];

/** Let Heat create the servers; gives the user data of each. */
async function createServers(): Promise<ReadonlyMap<string, string>> {
  const text = template({
    soft: '{ type: OS::Heat::SoftwareConfig, properties: { config: "#!/bin/sh\\ntouch /soft\\n" } }',
    cloud:
      '{ type: OS::Heat::CloudConfig, properties: { cloud_config: { runcmd: [[touch, { get_param: size }]], write_files: [{ path: /own }] } } }',
    inner: '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: "#cloud-config\\n# é\\n" }] } }',
    mime: '{ type: OS::Heat::MultipartMime, properties: { parts: [{ config: { get_resource: soft }, filename: first, subtype: x-shellscript }, { config: { get_resource: inner }, type: multipart }] } }',
    ...servers,
  });
  const found = new Map<string, string>();
  await new Promise<void>((resolve, reject) => {
    const engine = startHeat({
      stackName: 'shop',
      heatUrl: 'http://heat.test:8004/v1',
      template: compiled(text).template,
      onServer: ({ id, resource, userData }) => {
        found.set(resource ?? '', userData);
        engine.report({ id, status: 'ACTIVE', address: '10.77.0.11' });
        if (found.size === Object.keys(servers).length) resolve();
      },
    });
    engines.push(engine);
    // Its end before all servers were asked for is a failure, whatever it says.
    engine.result.then(({ reason }) => reject(new Error(reason)), reject);
  });
  return found;
}

describe('user data of the user', () => {
  let userData: ReadonlyMap<string, string>;
  let created: Readonly<Record<Name, readonly Part[]>>;

  beforeAll(async () => {
    userData = await createServers();
    const parts = await partsOf([...userData.values()]);
    created = Object.fromEntries(
      [...userData.keys()].map((name, index) => [name, parts[index] ?? []]),
    ) as typeof created;
  });
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));

  it('reaches the server as it is, whatever its form, with that of Heddle behind it', () => {
    const own = (name: Name) => created[name].slice(0, -2).map(({ text }) => text);
    expect(own('script')).toEqual(['#!/bin/sh\necho é\nexit 3\n']);
    expect(own('config')).toEqual(['#cloud-config\nruncmd:\n- - touch\n  - m1.small\nwrite_files:\n- path: /own\n']);
    expect(own('archive')).toEqual(['#!/bin/sh\ntouch /soft\n', '#cloud-config\n# é\n']);
    expect(created.archive[0]).toMatchObject({ type: 'text/x-shellscript', name: 'first' });
    for (const name of ['script', 'config', 'archive'] as const) {
      const [config, start] = created[name].slice(-2);
      expect(config, name).toMatchObject({ type: 'text/cloud-config', text: expect.stringContaining('node.json') });
      expect(start, name).toMatchObject({ type: 'text/x-shellscript', name: 'zz-heddle' });
    }
  });

  it('of the format SOFTWARE_CONFIG keeps the parts of Heat', () => {
    const { software, alone } = created;
    const heats = (parts: readonly Part[]) =>
      parts.filter(({ name }) => name === 'part-handler.py' || name === 'boothook.sh');
    for (const parts of [software, alone]) {
      expect(heats(parts)).toHaveLength(2);
      expect(parts.filter(({ text }) => text.includes('/etc/heddle/node.json'))).toHaveLength(1);
    }
    expect(software.map(({ text }) => text)).toContain('#!/bin/sh\ntouch /soft\n');
    expect(software.filter(({ name }) => name === 'zz-heddle')).toMatchObject([{ type: 'text/x-shellscript' }]);
  });

  it('is understood by cloud-init: its lists come first, and its scripts run before the start', async () => {
    const of = (name: Name) => understand(userData.get(name) ?? '');
    const { config, scripts } = await of('config');
    expect(config.runcmd).toEqual([['touch', 'm1.small']]);
    expect(config.write_files.map(({ path }) => path).slice(0, 2)).toEqual(['/own', '/etc/heddle/node.json']);
    expect(scripts).toEqual(['runcmd', 'zz-heddle']);
    expect((await of('script')).scripts).toEqual(['part-001', 'zz-heddle']);
    expect((await of('archive')).scripts).toEqual(['first', 'zz-heddle']);
    const software = await of('software');
    expect(software.scripts).toHaveLength(2);
    expect(software.scripts.at(-1)).toBe('zz-heddle');
    expect(software.config).toMatchObject({ output: expect.anything() });
    expect((await of('alone')).config).toMatchObject({ output: expect.anything(), runcmd: expect.anything() });
  });
});
